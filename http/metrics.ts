import type { FastifyInstance } from 'fastify';
import { Counter, Histogram, type Registry } from 'prom-client';
import { clientGone, onEnd } from './on-end.ts';

/** Counts and times requests. The labels have the pattern of a route, never a name. */
export function addMetrics(app: FastifyInstance, registry: Registry): void {
  const duration = new Histogram({
    name: 'cce_http_request_seconds',
    help: 'Time from the arrival of a request to the end of its answer, by method, route and status; 499: the client hung up.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120],
    registers: [registry],
  });
  const refused = new Counter({
    name: 'cce_http_requests_refused_total',
    help: 'Requests without a valid token (401) or without the rights that they need (403), and those above the limit (429).',
    labelNames: ['status'] as const,
    registers: [registry],
  });
  for (const status of [401, 403, 429]) refused.inc({ status }, 0);
  onEnd(app, (request, reply, isAnswered) => {
    const route = request.routeOptions.url ?? 'none';
    const status = isAnswered ? reply.statusCode : clientGone;
    duration.observe({ method: request.method, route, status }, reply.elapsedTime / 1000);
    if ([401, 403, 429].includes(reply.statusCode)) refused.inc({ status: reply.statusCode });
  });
}
