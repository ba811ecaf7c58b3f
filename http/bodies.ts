import type { FastifyInstance } from 'fastify';
import { parse } from 'yaml';
import { expandsTooFar, isTooDeep } from '../client/index.ts';
import { RequestError } from './request-error.ts';

/** More than a spec needs. A batch of whole specs may be larger, and has a limit of its own. */
export const bodyLimitBytes = 1024 * 1024;
export const batchLimitBytes = 16 * 1024 * 1024;

/** Reads bodies: JSON as fastify does, and YAML, since spec files are. */
export function addBodies(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser(['application/yaml', 'text/yaml'], { parseAs: 'string' }, (_request, body, done) => {
    try {
      // The library's own limit refuses a hundred items that share one part. The hook below has a better one.
      done(null, parse(String(body), { maxAliasCount: -1, logLevel: 'silent' }));
    } catch {
      // The message quotes the text, which may have secrets.
      done(new RequestError(400, 'InvalidRequest', 'the body is not valid YAML'));
    }
  });
  app.addHook('preValidation', async ({ body }) => {
    if (isTooDeep(body)) throw new RequestError(400, 'InvalidRequest', 'the body is nested too deeply');
    if (expandsTooFar(body)) {
      throw new RequestError(
        400,
        'InvalidRequest',
        'the body stands for too many values: its aliases repeat each other',
      );
    }
  });
}
