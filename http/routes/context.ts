import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AccountRegion, Orchestrator, Scopes } from '../../client/index.ts';
import { principalOf } from '../access/authorize.ts';
import type { ApprovalRules } from '../access/approval-rules.ts';
import { note } from '../audit.ts';
import type { OperationResource } from '../schemas/operation.ts';
import type { SharedLists } from '../shared-lists.ts';
import type { Wait } from '../settled.ts';

/** What routes share. */
export interface RouteOptions {
  scopes: Scopes;
  /** Ends waits early once the server stops. */
  stopping: AbortSignal;
  lists: SharedLists;
  /** Where a second principal has to approve deletions. */
  approvals: ApprovalRules | undefined;
  /** After this time a stream ends, and its consumer connects again: rights may have changed. */
  longestStreamMs: number;
}

/** The account and region of a request, without its other parameters. */
export function scopeOf({ params }: { params: AccountRegion }): AccountRegion {
  return { account: params.account, region: params.region };
}

export function orchestratorOf(
  { scopes }: RouteOptions,
  request: Pick<FastifyRequest, 'principal'> & { params: AccountRegion },
): Orchestrator {
  return scopes.of(scopeOf(request), request.principal?.name);
}

/** How long a request waits. A client that goes away, and a server that stops, end the wait. */
export function waitOf(
  { stopping, scopes }: RouteOptions,
  milliseconds: number | undefined,
  reply: FastifyReply,
): Wait | undefined {
  if (milliseconds === undefined || milliseconds === 0) return undefined;
  const { raw } = reply;
  const over = new AbortController();
  const end = () => over.abort();
  if (stopping.aborted) end();
  stopping.addEventListener('abort', end, { once: true });
  raw.once('close', () => {
    stopping.removeEventListener('abort', end);
    end();
  });
  return { milliseconds, signal: over.signal, follower: scopes.follower.for(principalOf(reply.request).name) };
}

/** The time for Temporal to answer all calls of one request, besides its wait. */
const answerMs = 20_000;

/** The time limit of the calls of a request. */
export function limitOf({ query }: FastifyRequest): number {
  const { wait } = query as { wait?: number };
  return answerMs + (wait ?? 0);
}

/** Answers a change with the operation that it started or reached. */
export function accept(reply: FastifyReply, operation: OperationResource) {
  note(reply.request, { operation: operation.name.slice(operation.name.lastIndexOf('/') + 1) });
  return reply.code(202).header('location', operation.name).send(operation);
}
