import type { FastifyInstance } from 'fastify';
import { isScalar, parseDocument, visit } from 'yaml';
import { expandsTooFar, hasTooManyAliases, isTooDeep, withAnyAliases, withoutMerges } from '../client/index.ts';
import { RequestError } from './request-error.ts';

/** More than a spec needs. A batch of whole specs may be larger, and has a limit of its own. */
export const bodyLimitBytes = 1024 * 1024;
export const batchLimitBytes = 16 * 1024 * 1024;

/** Reads bodies: JSON as fastify does, and YAML, since spec files are. */
export function addBodies(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser(['application/yaml', 'text/yaml'], { parseAs: 'string' }, (_request, body, done) => {
    const text = String(body);
    if (hasTooManyAliases(text)) {
      return done(new RequestError(400, 'InvalidRequest', 'the body has too many anchors and aliases'));
    }
    try {
      done(null, parseYAML(text));
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

/** @throws Error if the text is not valid YAML */
function parseYAML(text: string): unknown {
  const document = parseDocument(text, {
    ...withoutMerges,
    // The library compares each key with all before it: a megabyte of keys takes minutes.
    uniqueKeys: false,
    // A map or list as a key costs as much as all anchors.
    stringKeys: true,
    // Not `silent`, which allows several documents.
    logLevel: 'error',
  });
  if (document.errors[0] !== undefined) throw document.errors[0];
  visit(document, {
    Map(_, { items }) {
      const keys = items.map(({ key }) => (isScalar(key) ? key.value : key));
      if (new Set(keys).size < keys.length) throw new Error('a key appears twice in one map');
    },
  });
  return document.toJS(withAnyAliases);
}
