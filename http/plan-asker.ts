import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PlanAsker } from '../client/index.ts';
import { clientGone } from './on-end.ts';
import { RequestError } from './request-error.ts';

/** Tells a plan or a parse in a thread who asks: it ends when the client hangs up, and each principal has a few places only. */
export function planAskerOf({ principal }: Pick<FastifyRequest, 'principal'>, { raw }: FastifyReply): PlanAsker {
  const gone = new AbortController();
  const hangUp = () => gone.abort(new RequestError(clientGone, 'ClientGone', 'the client has hung up'));
  if (raw.destroyed) hangUp();
  raw.once('close', hangUp);
  return { signal: gone.signal, ...(principal !== undefined && { name: principal.name }) };
}
