import type { FastifyPluginAsync } from 'fastify';
import { createSharedLists } from '../shared-lists.ts';
import { addWaitLimit } from '../wait-limit.ts';
import { approvalRoutes } from './approvals.ts';
import { batchControlRoutes } from './batch-control.ts';
import { batchRoutes } from './batches.ts';
import { clusterRoutes } from './clusters.ts';
import { limitOf, type RouteOptions } from './context.ts';
import { eventRoutes } from './events.ts';
import { kubeconfigRoutes } from './kubeconfig.ts';
import { operationRoutes } from './operations.ts';
import { reconcileRoutes } from './reconcile.ts';
import { scheduleRoutes } from './schedules.ts';
import { teardownRoutes } from './teardowns.ts';
import { validationRoutes } from './validation.ts';
import { webhookRoutes } from './webhooks.ts';

/** All routes of an account and region. */
export const apiRoutes: FastifyPluginAsync<Omit<RouteOptions, 'lists'>> = async (
  app,
  { scopes, stopping, longestStreamMs, approvals },
) => {
  const options: RouteOptions = { scopes, stopping, longestStreamMs, approvals, lists: createSharedLists(scopes) };
  addWaitLimit(app);
  // Without a limit, a request would hang for as long as Temporal does not answer.
  app.addHook('onRoute', (route) => {
    const { handler } = route;
    route.handler = function limited(request, reply) {
      return scopes.within(limitOf(request), async () => handler.call(this, request, reply));
    };
  });
  await app.register(clusterRoutes, options);
  await app.register(kubeconfigRoutes, options);
  await app.register(operationRoutes, options);
  await app.register(eventRoutes, options);
  await app.register(validationRoutes, options);
  await app.register(batchRoutes, options);
  await app.register(batchControlRoutes, options);
  await app.register(teardownRoutes, options);
  await app.register(reconcileRoutes, options);
  await app.register(scheduleRoutes, options);
  await app.register(approvalRoutes, options);
  await app.register(webhookRoutes, options);
};
