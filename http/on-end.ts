import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Calls a function once for every request: when its answer has been sent, or when its client hangs up without one. The hook
 * `onResponse` alone misses clients that hang up.
 */
export function onEnd(
  app: FastifyInstance,
  ended: (request: FastifyRequest, reply: FastifyReply, isAnswered: boolean) => void,
): void {
  app.addHook('onRequest', async (request, reply) => {
    const { raw } = reply;
    let isSent = false;
    raw.once('finish', () => (isSent = true));
    raw.once('close', () => {
      if (!isSent) ended(request, reply, false);
    });
  });
  app.addHook('onResponse', async (request, reply) => ended(request, reply, true));
}

/** The status for logs and metrics of a request whose client hung up, as many servers use it. */
export const clientGone = 499;
