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

/** Writes one line for every request that changes something, refused ones too. */
export function addAudit(app: FastifyInstance): void {
  app.decorateRequest('audit');
  app.addHook('onRequest', async (request) => {
    request.audit = {};
  });
  app.addHook('onResponse', async (request, reply) => {
    const { change } = request.routeOptions.config;
    if (change === undefined) return;
    const { account, region, name } = request.params as Record<string, string>;
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
        result: statusCode < 300 ? 'accepted' : statusCode < 500 ? 'refused' : 'failed',
        status: statusCode,
      },
      `audit: ${change}`,
    );
  });
}

/** Adds to the audit line of a request. */
export function note(request: FastifyRequest, more: Record<string, unknown>): void {
  Object.assign(request.audit, more);
}
