import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { expandsTooFar, hasTooManyAliases, isTooDeep, parseYAMLInThread, ThreadTimeout } from '../client/index.ts';
import { planAskerOf } from './plan-asker.ts';
import { RequestError } from './request-error.ts';

/** More than a spec needs. A batch of whole specs may be larger, and has a limit of its own. */
export const bodyLimitBytes = 1024 * 1024;
export const batchLimitBytes = 16 * 1024 * 1024;
/** In characters. YAML takes a hundred times as long to parse as JSON. */
const yamlLimit = bodyLimitBytes;

/** Reads bodies: JSON as fastify does, and YAML, since spec files are. */
export function addBodies(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser(
    ['application/yaml', 'text/yaml'],
    { parseAs: 'string' },
    async (_request: unknown, text: string) => new YAMLText(text),
  );
  app.addHook('preValidation', async (request, reply) => {
    if (request.body instanceof YAMLText) request.body = await readYAML(request.body.text, request, reply);
    const {
      body,
      routeOptions: { config, schema },
    } = request;
    const isExpected = schema?.body !== undefined || config.role === undefined;
    // Options in a body that nobody reads: a delete would leave them out.
    if (!isExpected && Object.keys(Object(body)).length > 0) {
      throw new RequestError(400, 'InvalidRequest', 'this call takes no body; its options are parameters of the query');
    }
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

/** A body that is parsed once there is a reply, which tells whether the client is still there. */
class YAMLText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

async function readYAML(text: string, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  if (text.length > yamlLimit) throw tooLarge('the body has more than a megabyte of YAML; send JSON');
  if (hasTooManyAliases(text)) {
    throw new RequestError(400, 'InvalidRequest', 'the body has too many anchors and aliases');
  }
  const parsed = await parseYAMLInThread(text, planAskerOf(request, reply)).catch((error: unknown) => {
    if (error instanceof ThreadTimeout) throw tooLarge('the body takes too long to parse as YAML; send JSON');
    throw error;
  });
  if ('problem' in parsed) throw new RequestError(400, 'InvalidRequest', `the body ${parsed.problem}`);
  return parsed.value;
}

function tooLarge(detail: string): RequestError {
  return new RequestError(413, 'BodyTooLarge', detail);
}
