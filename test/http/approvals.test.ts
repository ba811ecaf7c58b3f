import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { ApprovalStatus, Orchestrator } from '../../client/index.ts';
import type { Role } from '../../http/access/principal.ts';
import { readTokens } from '../../http/access/tokens-file.ts';
import { readExample } from '../examples.ts';
import { startAPI, type API } from './api.ts';
import { approvalID, approvalsOf, handMade, operationOf } from './hand-made.ts';
import { batch, routes, type Route } from './route-table.ts';
import { bearer, entry } from './tokens.ts';

const everyRole: Role[] = ['read', 'operate', 'destroy'];
const authenticate = readTokens(
  stringify({
    tokens: [
      entry('alice', everyRole),
      entry('bob', everyRole),
      entry('operator', ['read', 'operate']),
      entry('ci', everyRole, { names: ['ci-*'] }),
      entry('prod', everyRole, { names: ['prod'] }),
    ],
  }),
  'tokens',
);
const any = () => true;
const approvals = { scopes: [{ account: any, region: (region: string) => region === 'bj' }], waitSeconds: 3600 };

const operations = [
  operationOf('ci-1'),
  operationOf('leased', {
    hasLease: true,
    leaseBegan: true,
    currentStep: { stage: 'running', steps: [], updatedAt: '2026-11-28T01:00:00Z', expiresAt: '2100-01-01T00:00:00Z' },
  }),
];
const start = (orchestrator: Partial<Orchestrator>) =>
  startAPI({ authenticate, approvals, operations, orchestrator, longestStreamMs: 1 });

let shared: API;
beforeAll(async () => {
  shared = await start({});
});
afterAll(() => shared.close());

/** Sends a request, to a server of its own if it is to have another orchestrator. */
async function ask(
  [, method, path, payload]: Route,
  {
    who = 'bob',
    scope = 'default/bj',
    orchestrator,
  }: { who?: string; scope?: string; orchestrator?: Partial<Orchestrator> } = {},
) {
  const api = orchestrator === undefined ? shared : await start(orchestrator);
  const before = api.calls().length;
  const linesBefore = api.log().length;
  const answer = await api.inject({
    method,
    url: `/v1/${scope}${path}`,
    headers: bearer(who),
    ...(payload !== undefined && { payload }),
  });
  if (api !== shared) await api.close();
  return {
    status: answer.statusCode,
    body: String(answer.headers['content-type']).includes('json') ? answer.json<Record<string, unknown>>() : {},
    location: answer.headers.location,
    calls: api
      .calls()
      .slice(before)
      .map(([name]) => name),
    audit: api
      .log()
      .slice(linesBefore)
      .find(({ audit }) => audit === true),
  };
}

const reading = ['status', 'operation', 'list', 'requests.recall', 'requests.claim', 'teardown.find'];

/** Everything that deletes, also what does so by its body only. */
const asking: [string, Route][] = [
  ['a delete', ['destroy', 'DELETE', '/clusters/ci-1']],
  ['a teardown', ['destroy', 'POST', '/teardowns', { filter: { name: '*' } }]],
  ['a batch that deletes', ['operate', 'POST', '/batches', { name: 'ci-1', items: [{ delete: 'ci-1' }] }]],
  ['a batch that rolls back', ['operate', 'POST', '/batches', batch('ci-1', 'ci-2', { failurePolicy: 'rollback' })]],
  ['a search that deletes orphans', ['operate', 'POST', '/reconcile', { delete: {} }]],
];

/** What deletes clusters that nobody can see when it is approved. */
const refused: [string, Route][] = [
  ['a scheduled teardown', ['destroy', 'PUT', '/schedules/teardowns/ci-1', { every: '1h', filter: { name: 'ci-*' } }]],
  ['a scheduled teardown that is to go on', ['destroy', 'POST', '/schedules/teardowns/ci-1/resume']],
  ['a scheduled search that deletes', ['operate', 'PUT', '/schedules/reconcile', { every: '1h', delete: {} }]],
  ['a time to live that ends sooner', ['operate', 'POST', '/clusters/leased/lease', { ttl: '1s' }]],
  ['another try of a batch that deletes', ['destroy', 'POST', '/batches/ci-1/retry']],
];

const ofDeletes = { batches: { ...handMade([]).batches, deletes: async () => true } };

describe('where a second principal has to approve deletions', () => {
  it.each(asking)('%s waits for that, and starts nothing', async (_, route) => {
    const { status, body, location, calls, audit } = await ask(route);
    const pendingApproval = { approval: `/v1/default/bj/approvals/${approvalID}`, requestedBy: 'bob' };
    expect(body).toMatchObject({ name: location, done: false, metadata: { kind: 'approval', pendingApproval } });
    expect(status).toBe(202);
    expect(calls.filter((name) => !reading.includes(name))).toEqual(['approvals.request']);
    expect(audit).toMatchObject({ who: 'bob', result: 'accepted', pendingApproval: true });
  });

  it.each(asking)('%s needs its role all the same, and elsewhere no approval', async (_, route) => {
    expect(await ask(route, { who: 'operator' })).toMatchObject({ status: 403, calls: [] });
    const elsewhere = await ask(route, { scope: 'default/gz' });
    expect(elsewhere.status).toBe(202);
    expect(elsewhere.calls).not.toContain('approvals.request');
  });

  it.each(refused)('%s is refused, since nobody can see what to approve', async (_, route) => {
    const { status, body, calls } = await ask(route, { orchestrator: ofDeletes });
    expect([status, body['code']]).toEqual([403, 'ApprovalRequired']);
    expect(calls.filter((name) => !reading.includes(name) && name !== 'batches.deletes')).toEqual([]);
  });

  it('no route that needs the role destroy is left out', () => {
    const known = new Set([...asking, ...refused].map(([, [, method, path]]) => `${method} ${path}`));
    const others = routes.filter(([role, method, path]) => role === 'destroy' && !known.has(`${method} ${path}`));
    expect(others.map(([, , path]) => path)).toEqual([
      `/approvals/${approvalID}/approve`,
      `/approvals/${approvalID}/reject`,
    ]);
  });

  const harmless = routes.filter(
    ([, method, path]) =>
      ![...asking.slice(0, 2), ...refused].some(([, [, ...other]]) => other[0] === method && other[1] === path),
  );
  it.each(harmless)('a request for %s %s %s deletes nothing, and needs no approval', async (...route) => {
    const { status, calls } = await ask(route as unknown as Route);
    expect(status).toBeLessThan(300);
    expect(calls).not.toContain('approvals.request');
  });

  it('a batch that only creates is tried again, and a time to live extended, without approval', async () => {
    const { calls } = await ask(['destroy', 'POST', '/batches/ci-1/retry']);
    expect(calls).toContain('batches.retryFailed');
    expect(calls.filter((name) => name === 'batches.deletes')).toHaveLength(1);
    expect((await ask(['operate', 'POST', '/clusters/leased/lease', { ttl: '36500d' }])).calls).toContain(
      'extendLease',
    );
    expect((await ask(['operate', 'POST', '/clusters', readExample('managed', 'ci-2')])).status).toBe(202);
  });

  it('a delete that is under way is answered as it is', async () => {
    const { workflowID, runID } = operationOf('ci-1', { kind: 'delete' });
    const request = async () => ({ underWay: { workflowID, runID } });
    const orchestrator = { approvals: { ...approvalsOf(), request } };
    const { status, body, calls } = await ask(['destroy', 'DELETE', '/clusters/ci-1'], { orchestrator });
    expect([status, (body['metadata'] as { kind: string }).kind]).toEqual([202, 'delete']);
    expect(calls).not.toContain('delete');
  });
});

describe('a decision', () => {
  const approve: Route = ['destroy', 'POST', `/approvals/${approvalID}/approve`];
  const reject: Route = ['destroy', 'POST', `/approvals/${approvalID}/reject`];

  it.each([
    ['approve', approve],
    ['reject', reject],
  ])('to %s is not for whoever asked, and changes nothing then', async (verb, route) => {
    const { status, body, calls, audit } = await ask(route, { who: 'alice' });
    expect([status, body['code']]).toEqual([403, 'SamePrincipal']);
    expect(calls).not.toContain('approvals.decide');
    expect(audit).toMatchObject({ change: verb, who: 'alice', requestedBy: 'alice', result: 'refused' });
    const other = await ask(route, { who: 'bob' });
    expect([other.status, other.calls.includes('approvals.decide')]).toEqual([202, true]);
    expect(other.audit).toMatchObject({
      change: verb,
      who: 'bob',
      requestedBy: 'alice',
      of: 'delete',
      result: 'accepted',
    });
  });

  it('tells principals apart by their source too', async () => {
    const orchestrator = { approvals: approvalsOf({ requestedBy: { name: 'bob', identity: 'oidc https://id bob' } }) };
    expect((await ask(approve, { who: 'bob', orchestrator })).status).toBe(202);
  });

  it('is for tokens of the names that the change is about', async () => {
    expect((await ask(approve, { who: 'ci' })).status).toBe(202);
    expect((await ask(approve, { who: 'prod' })).status).toBe(404);
    const change: ApprovalStatus['change'] = {
      kind: 'batch',
      upload: { account: 'default', region: 'bj', name: 'ci-1', uploadID: 'u', items: 2, itemsPerPage: 200 },
      itemsDigest: 'd',
      since: '2026-11-28T01:00:00.000Z',
      concurrency: 10,
      failurePolicy: 'continue',
      creates: 0,
      deletes: 2,
      deleteOptions: { deleteResource: true },
    };
    const how = { options: { deleteResource: true }, phases: ['create_failed'] };
    const clusters = async () =>
      ['ci-1', 'prod'].map((clusterName) => ({ kind: 'delete' as const, clusterName, ...how }));
    const orchestrator = { approvals: { ...approvalsOf({ change }), clusters } };
    const refusal = await ask(approve, { who: 'ci', orchestrator });
    expect([refusal.status, refusal.calls.includes('approvals.decide')]).toEqual([403, false]);
    const seen = await ask(['read', 'GET', `/approvals/${approvalID}`], { who: 'ci', orchestrator });
    expect(seen.body).toMatchObject({
      change: { batch: 'ci-1', options: { concurrency: 10, deleteResource: true } },
      clusters: [{ clusterName: 'ci-1', ...how }],
    });
    const listed = await ask(['read', 'GET', '/approvals'], { orchestrator });
    expect(listed.body).toMatchObject({ approvals: [{ change: { options: { deleteResource: true } } }] });
    const reconcile: ApprovalStatus['change'] = {
      kind: 'reconcile',
      name: 'delete:1',
      delete: { olderThanSeconds: 60, options: {} },
      orphans: [],
    };
    const orphans = { approvals: approvalsOf({ change: reconcile }) };
    expect((await ask(approve, { who: 'ci', orchestrator: orphans })).status).toBe(404);
    expect((await ask(approve, { who: 'bob', orchestrator: orphans })).status).toBe(202);
  });

  it('is only checked with validateOnly, and unknown requests are not found', async () => {
    const [role, method, path] = approve;
    expect(await ask([role, method, `${path}?validateOnly=true`])).toMatchObject({
      status: 200,
      body: { valid: true },
    });
    const other = `/approvals/${'f'.repeat(24)}${approvalID.slice(24)}`;
    expect(await ask(['read', 'GET', other])).toMatchObject({ status: 404, body: { code: 'ApprovalNotFound' } });
  });

  it.each<[string, Partial<ApprovalStatus>, object]>([
    ['rejected', { state: 'rejected', decidedBy: 'bob', reason: 'no' }, { status: 'PERMISSION_DENIED' }],
    ['lapsed', { state: 'expired' }, { status: 'DEADLINE_EXCEEDED' }],
    [
      'approved, and could not start',
      { state: 'failed', decidedBy: 'bob', failure: { type: 'UnderWay', message: 'x is under way' } },
      {
        status: 'FAILED_PRECONDITION',
        message: 'the change was approved by "bob" and could not be started: x is under way',
      },
    ],
    ['ended from outside', { state: 'terminated' }, { status: 'ABORTED' }],
  ])('that leads nowhere is the error of the operation: %s', async (_, more, error) => {
    const orchestrator = { approvals: approvalsOf(more) };
    const { status, body } = await ask(['read', 'GET', `/operations/approval~${approvalID}`], { orchestrator });
    expect([status, body]).toMatchObject([200, { done: true, error }]);
  });

  it('that has started the change shows the operation of the change under the name of the request', async () => {
    const create = operationOf('ci-1', { requestedBy: 'ci' });
    const operation = { kind: 'create', workflowID: create.workflowID, runID: create.runID } as const;
    const orchestrator = {
      operation: async () => create,
      approvals: approvalsOf({ state: 'started', decidedBy: 'bob', operation }),
    };
    const path = `/operations/approval~${approvalID}`;
    const { body } = await ask(['read', 'GET', path], { orchestrator });
    expect(body).toMatchObject({
      name: `/v1/default/bj${path}`,
      metadata: {
        kind: 'create',
        clusterName: 'ci-1',
        // The create is that of somebody else, who did not ask for the deletion.
        requestedBy: 'alice',
        approvedBy: 'bob',
        operation: `/v1/default/bj/operations/create~ci-1~${operation.runID}`,
      },
    });
  });
});
