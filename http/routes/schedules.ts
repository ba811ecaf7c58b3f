import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { AccountRegion, Orchestrator, ScheduleState } from '../../client/index.ts';
import { refuseUnapproved } from '../access/approval-rules.ts';
import { principalOf, requireAllNames, requireNames, requireRole } from '../access/authorize.ts';
import { allowsName } from '../access/principal.ts';
import { note } from '../audit.ts';
import { scopePath } from '../operation-resource.ts';
import { RequestError } from '../request-error.ts';
import { secondsSchema } from '../schemas/duration.ts';
import { checkedSchema, removedSchema, scheduleListSchema, scheduleSchema } from '../schemas/operation.ts';
import { problemResponses } from '../schemas/problem.ts';
import { checkQuery, noQuery, labelParams, scopeParams } from '../schemas/requests.ts';
import { deletionOf, planOf, reconcileOptionsOf, reconcileSchema, teardownSchema } from '../schemas/sweeps.ts';
import { orchestratorOf, scopeOf, type RouteOptions } from './context.ts';

const tags = ['schedules'];
const oneByOne = 'start one teardown at a time, which asks for approval';
const every = secondsSchema.describe('The interval between two starts.');

/** `schedules`: repeat teardowns, each by its name, and the one search for orphans. They change at once. */
export const scheduleRoutes: FastifyPluginAsyncZod<RouteOptions> = async (app, options) => {
  app.get(
    '/schedules/teardowns',
    {
      config: { role: 'read' },
      schema: {
        tags,
        operationId: 'listTeardownSchedules',
        summary: 'List the scheduled teardowns',
        params: scopeParams,
        querystring: noQuery,
        response: { 200: scheduleListSchema, ...problemResponses },
      },
    },
    async (request) => {
      const all = await teardownSchedules(orchestratorOf(options, request));
      const visible = all.filter(({ name }) => allowsName(principalOf(request), name));
      const scope = scopeOf(request);
      return { schedules: visible.map(({ name, ...state }) => scheduleResource(scope, `teardowns/${name}`, state)) };
    },
  );

  app.put(
    '/schedules/teardowns/:name',
    {
      config: { role: 'destroy', change: 'set teardown schedule' },
      schema: {
        tags,
        operationId: 'setTeardownSchedule',
        summary: 'Create or change a scheduled teardown',
        description:
          'It deletes clusters of all names that its filter ever matches, so it needs a token for all names.',
        params: labelParams,
        body: teardownSchema.extend({ every }),
        querystring: noQuery,
        response: { 200: scheduleSchema, ...problemResponses },
      },
    },
    async (request) => {
      requireAllNames(request);
      refuseUnapproved(options.approvals, scopeOf(request), oneByOne);
      const orchestrator = orchestratorOf(options, request);
      const { name } = request.params;
      const plan = { ...planOf(request.body), delete: deletionOf(request.body) };
      await orchestrator.teardown.schedules.set(name, request.body.every, plan);
      // The list lags behind. A schedule that it does not have yet is new, and so it is not paused.
      const state = (await findSchedule(orchestrator, name)) ?? { paused: false };
      return scheduleResource(scopeOf(request), `teardowns/${name}`, state);
    },
  );

  app.get(
    '/schedules/teardowns/:name',
    {
      config: { role: 'read' },
      schema: {
        tags,
        operationId: 'getTeardownSchedule',
        summary: 'See a scheduled teardown',
        params: labelParams,
        querystring: noQuery,
        response: { 200: scheduleSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { name } = request.params;
      requireNames(request, [name]);
      const state = await findSchedule(orchestratorOf(options, request), name);
      if (state === undefined) throw noSchedule(name);
      return scheduleResource(scopeOf(request), `teardowns/${name}`, state);
    },
  );

  app.delete(
    '/schedules/teardowns/:name',
    {
      config: { role: 'operate', change: 'remove teardown schedule' },
      schema: {
        tags,
        operationId: 'removeTeardownSchedule',
        summary: 'Remove a scheduled teardown',
        params: labelParams,
        querystring: noQuery,
        response: { 200: removedSchema, ...problemResponses },
      },
    },
    async (request) => {
      const { name } = request.params;
      requireNames(request, [name]);
      if (!(await orchestratorOf(options, request).teardown.schedules.remove(name))) throw noSchedule(name);
      return { removed: true as const };
    },
  );

  for (const verb of ['pause', 'resume'] as const) {
    app.post(
      `/schedules/teardowns/:name/${verb}`,
      {
        // What goes on deletes.
        config: { role: verb === 'pause' ? 'operate' : 'destroy', change: `${verb} teardown schedule` },
        schema: {
          tags,
          operationId: `${verb}TeardownSchedule`,
          summary: verb === 'pause' ? 'Pause a scheduled teardown' : 'Let a scheduled teardown go on',
          params: labelParams,
          querystring: checkQuery,
          response: { 200: scheduleSchema.or(checkedSchema), ...problemResponses },
        },
      },
      async (request) => {
        const { name } = request.params;
        requireNames(request, [name]);
        // Its filter may match clusters of any name.
        if (verb === 'resume') {
          requireAllNames(request);
          refuseUnapproved(options.approvals, scopeOf(request), oneByOne);
        }
        if (request.query.validateOnly === true) return { valid: true as const, warnings: [] };
        const paused = verb === 'pause';
        if (!(await orchestratorOf(options, request).teardown.schedules.pause(name, paused))) throw noSchedule(name);
        return scheduleResource(scopeOf(request), `teardowns/${name}`, { paused });
      },
    );
  }

  app.get(
    '/schedules/reconcile',
    {
      config: { role: 'read' },
      schema: {
        tags,
        operationId: 'getReconcileSchedule',
        summary: 'See the scheduled search for orphans',
        params: scopeParams,
        querystring: noQuery,
        response: { 200: scheduleSchema, ...problemResponses },
      },
    },
    async (request) => {
      requireAllNames(request);
      const state = await orchestratorOf(options, request).reconcileSchedule.describe();
      if (state === undefined) throw noSchedule('reconcile');
      return scheduleResource(scopeOf(request), 'reconcile', state);
    },
  );

  app.put(
    '/schedules/reconcile',
    {
      config: { role: 'operate', change: 'set reconcile schedule' },
      schema: {
        tags,
        operationId: 'setReconcileSchedule',
        summary: 'Create or change the scheduled search for orphans',
        description: 'Deleting needs the role `destroy`.',
        params: scopeParams,
        body: reconcileSchema.extend({ every }),
        querystring: noQuery,
        response: { 200: scheduleSchema, ...problemResponses },
      },
    },
    async (request) => {
      requireAllNames(request);
      const { every: everySeconds, ...body } = request.body;
      note(request, { deletes: body.delete !== undefined });
      if (body.delete !== undefined) {
        requireRole(request, 'destroy');
        refuseUnapproved(options.approvals, scopeOf(request), 'schedule the report, and delete what it finds');
      }
      const { reconcileSchedule } = orchestratorOf(options, request);
      await reconcileSchedule.set(everySeconds, reconcileOptionsOf(body));
      return scheduleResource(scopeOf(request), 'reconcile', (await reconcileSchedule.describe()) ?? { paused: false });
    },
  );

  app.delete(
    '/schedules/reconcile',
    {
      config: { role: 'operate', change: 'remove reconcile schedule' },
      schema: {
        tags,
        operationId: 'removeReconcileSchedule',
        summary: 'Remove the scheduled search for orphans',
        params: scopeParams,
        querystring: noQuery,
        response: { 200: removedSchema, ...problemResponses },
      },
    },
    async (request) => {
      requireAllNames(request);
      if (!(await orchestratorOf(options, request).reconcileSchedule.remove())) throw noSchedule('reconcile');
      return { removed: true as const };
    },
  );
};

async function teardownSchedules({ teardown }: Orchestrator) {
  const all = [];
  for await (const schedule of teardown.schedules.list()) all.push(schedule);
  return all;
}

async function findSchedule(orchestrator: Orchestrator, name: string): Promise<ScheduleState | undefined> {
  return (await teardownSchedules(orchestrator)).find((schedule) => schedule.name === name);
}

function scheduleResource(scope: AccountRegion, path: string, { paused, nextAt, lastAt }: ScheduleState) {
  return {
    name: `${scopePath(scope)}/schedules/${path}`,
    paused,
    ...(nextAt !== undefined && { nextAt }),
    ...(lastAt !== undefined && { lastAt }),
  };
}

function noSchedule(name: string): RequestError {
  return new RequestError(404, 'ScheduleNotFound', `there is no schedule "${name}"`);
}
