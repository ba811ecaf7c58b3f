import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AccountRegion, Orchestrator } from '../../client/index.ts';
import { principalOf } from '../access/authorize.ts';
import { note } from '../audit.ts';
import { invalid } from '../request-error.ts';
import type { OperationResource } from '../schemas/operation.ts';
import type { Wait } from '../settled.ts';
import { accept, scopeOf } from './context.ts';
import { readOperation } from './read-operation.ts';

/**
 * Carries out a change, and answers with its operation. If the request has a key, and the same request of the same principal
 * has been carried out within a day, answers with the operation of that one instead.
 *
 * Called once nothing of the request can be refused any more, so that a refused one does not use up its key.
 *
 * @throws KeyReusedError if another request had the key
 */
export async function acceptOnce(
  request: KeyedRequest,
  reply: FastifyReply,
  orchestrator: Orchestrator,
  wait: Wait | undefined,
  change: () => Promise<OperationResource>,
) {
  const key = keyOf(request);
  if (key === undefined) return accept(reply, await change());
  const { answer, remember } = await orchestrator.requests.claim(key, digestOf(request));
  if (answer !== undefined) return repeat(request, reply, orchestrator, wait, answer);
  const operation = await change();
  // The change has taken effect. Without this, it would be carried out again for the same key, which is safe.
  await remember(operation.name).catch((error: unknown) =>
    request.log.warn({ error }, 'the key of a request could not be remembered'),
  );
  return accept(reply, operation);
}

/**
 * Answers a request whose key has an answer already, before anything finds out whether the request would be refused now.
 *
 * @returns `undefined` if the request is new
 * @throws KeyReusedError if another request had the key
 */
export async function answerKnown(
  request: KeyedRequest,
  reply: FastifyReply,
  orchestrator: Orchestrator,
  wait: Wait | undefined,
) {
  const key = keyOf(request);
  const answer = key === undefined ? undefined : await orchestrator.requests.recall(key, digestOf(request));
  return answer === undefined ? undefined : repeat(request, reply, orchestrator, wait, answer);
}

type KeyedRequest = FastifyRequest & { params: AccountRegion };

async function repeat(
  request: KeyedRequest,
  reply: FastifyReply,
  orchestrator: Orchestrator,
  wait: Wait | undefined,
  answer: string,
) {
  note(request, { repeated: true });
  const id = answer.slice(answer.lastIndexOf('/') + 1);
  return accept(reply, await readOperation(request, orchestrator, scopeOf(request), id, wait));
}

/** The key of a request, from its header or its query. Each principal has keys of its own. */
export function keyOf(request: FastifyRequest): string | undefined {
  const { headers, query } = request;
  const { 'idempotency-key': header } = headers as Record<string, string | undefined>;
  const { requestId } = query as { requestId?: string };
  if (header !== undefined && requestId !== undefined && header !== requestId) {
    throw invalid('query', 'requestId', 'must be the same as the header Idempotency-Key, if both are given');
  }
  const key = header ?? requestId;
  return key && `${principalOf(request).name}\n${key}`;
}

/** How long a request waits changes nothing about what it does. */
const notPartOfIt = new Set(['wait', 'requestId']);

function digestOf({ method, routeOptions, params, query, body }: FastifyRequest): string {
  const asked = Object.fromEntries(Object.entries(query as object).filter(([name]) => !notPartOfIt.has(name)));
  const text = JSON.stringify([method, routeOptions.url, params, asked, body], (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(text).digest('hex');
}
