import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { principalOf } from './access/authorize.ts';
import { RequestError } from './request-error.ts';

/** Waits share what they ask Temporal, and each costs a connection. */
export const maximumWaits = 100;

/** Streams share what they ask Temporal, and each costs a connection. */
export const maximumStreams = 500;

/** Refuses a request that would wait while its principal has {@link maximumWaits} waits under way. */
export function addWaitLimit(app: FastifyInstance): void {
  const take = createPlaces(maximumWaits, 'TooManyWaits', 'requests wait already; repeat this one without wait');
  app.addHook('preHandler', async (request, reply) => {
    const { wait = 0 } = (request.query ?? {}) as { wait?: number };
    if (wait > 0) take(request, reply);
  });
}

/** Creates a function that takes a place of the principal of a request until the answer has ended, or refuses the request. */
export function createPlaces(maximum: number, code: string, excess: string) {
  const taken = new Map<string, number>();
  return function take(request: Pick<FastifyRequest, 'principal'>, reply: FastifyReply): void {
    // Nothing would give the place of a client back that has hung up already.
    if (reply.raw.destroyed || reply.raw.writableEnded) return;
    const { name } = principalOf(request);
    const before = taken.get(name) ?? 0;
    if (before >= maximum) {
      void reply.header('retry-after', 1);
      throw new RequestError(429, code, `${maximum} ${excess}`);
    }
    taken.set(name, before + 1);
    let isOver = false;
    const release = () => {
      if (isOver) return;
      isOver = true;
      const left = (taken.get(name) ?? 1) - 1;
      if (left > 0) taken.set(name, left);
      else taken.delete(name);
    };
    reply.raw.once('finish', release);
    reply.raw.once('close', release);
  };
}
