import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a route changes, for the audit. Reads have none. */
    change?: string;
  }
  interface FastifyRequest {
    /** What the audit line says besides who, where and the result. */
    audit: Record<string, unknown>;
  }
}

/**
 * Writes one line for every request that changes something, refused ones too. The line comes with the answer, and not with
 * its end: a client that hangs up before that may have changed something all the same.
 */
export function addAudit(app: FastifyInstance): void {
  app.decorateRequest('audit');
  app.addHook('onRequest', async (request) => {
    request.audit = {};
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const { change } = request.routeOptions.config;
    // An answer that cannot be sent is followed by the one that says so.
    if (change === undefined || isWritten.has(request)) return payload;
    isWritten.add(request);
    const { account, region, name } = request.params as Record<string, string>;
    const { validateOnly } = request.query as { validateOnly?: unknown };
    const isCheck = validateOnly === true || validateOnly === 'true';
    const { statusCode } = reply;
    request.log.info(
      {
        audit: true,
        who: request.principal?.name ?? 'nobody',
        from: request.ip,
        change,
        account,
        region,
        ...(name !== undefined && { name }),
        ...request.audit,
        ...(isCheck && { validateOnly: true }),
        result: statusCode < 300 ? (isCheck ? 'checked' : 'accepted') : statusCode < 500 ? 'refused' : 'failed',
        status: statusCode,
        ...(reply.raw.destroyed && { answered: false }),
      },
      `audit: ${change}`,
    );
    return payload;
  });
}

const isWritten = new WeakSet<FastifyRequest>();

/** Adds to the audit line of a request. */
export function note(request: FastifyRequest, more: Record<string, unknown>): void {
  Object.assign(request.audit, more);
}
