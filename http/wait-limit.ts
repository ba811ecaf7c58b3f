import type { FastifyInstance } from 'fastify';
import { RequestError } from './request-error.ts';
import { principalOf } from './access/authorize.ts';

/** Each wait asks Temporal once a second. */
export const maximumWaits = 100;

/** Refuses a request that would wait while its principal has {@link maximumWaits} waits under way. */
export function addWaitLimit(app: FastifyInstance): void {
  const waits = new Map<string, number>();
  app.addHook('preHandler', async (request, reply) => {
    const { wait = 0 } = (request.query ?? {}) as { wait?: number };
    if (wait === 0) return;
    const { name } = principalOf(request);
    const before = waits.get(name) ?? 0;
    if (before >= maximumWaits) {
      void reply.header('retry-after', 1);
      throw new RequestError(
        429,
        'TooManyWaits',
        `${maximumWaits} requests wait already; repeat this one without wait`,
      );
    }
    waits.set(name, before + 1);
    const { raw } = reply;
    let isOver = false;
    const release = () => {
      if (isOver) return;
      isOver = true;
      const left = (waits.get(name) ?? 1) - 1;
      if (left > 0) waits.set(name, left);
      else waits.delete(name);
    };
    raw.once('finish', release);
    raw.once('close', release);
  });
}
