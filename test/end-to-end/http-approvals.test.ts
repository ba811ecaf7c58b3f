import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { createOrchestrator, type Decision, type Orchestrator } from '../../client/index.ts';
import { createWorkflowID } from '../../contract/identity.ts';
import { readTokens } from '../../http/access/tokens-file.ts';
import type { ApprovalResource } from '../../http/schemas/approval.ts';
import type { OperationResource } from '../../http/schemas/operation.ts';
import { createServer } from '../../http/server.ts';
import { createFollower } from '../../temporal/follow/follower.ts';
import { followerCalls } from '../../temporal/follow/follower-calls.ts';
import { readExample } from '../examples.ts';
import { bearer, entry } from '../http/tokens.ts';
import { ended, reached } from '../orchestration.ts';
import { useService } from '../service.ts';
import { waiting } from '../waiting.ts';

const everyRole = ['read', 'operate', 'destroy'] as const;
const tokens = { tokens: ['alice', 'bob'].map((name) => entry(name, [...everyRole], { scopes: ['*/*'] })) };

describe('where a second principal has to approve deletions', () => {
  const { simulator, orchestration } = useService(['--create-seconds', '0', '--delete-seconds', '0'], {
    faults: [{ kind: 'stuck-step', step: 3, name: 'orphan-*' }],
  });
  let app: FastifyInstance;
  let base: string;

  beforeAll(async () => {
    const { client, account } = orchestration();
    base = `/v1/${account}/bj`;
    const any = () => true;
    app = await createServer({
      scopes: {
        of: (scope, requestedBy) =>
          createOrchestrator({ client, ...scope, ...(requestedBy !== undefined && { requestedBy }) }),
        within: (milliseconds, run) => client.withDeadline(Date.now() + milliseconds, run),
        check: async () => {},
        follower: createFollower(followerCalls(client)),
        close: async () => {},
      },
      authenticate: readTokens(stringify(tokens), 'tokens'),
      logger: pino({ level: 'silent' }),
      registry: new Registry(),
      maximumRequestsPerSecond: 1_000_000,
      stopping: new AbortController().signal,
      approvals: { scopes: [{ account: any, region: any }], waitSeconds: 3600 },
    });
  });
  afterAll(() => app.close());

  async function call<Answer = OperationResource>(
    who: 'alice' | 'bob',
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    payload?: object,
  ): Promise<{ status: number; answer: Answer; location: string }> {
    const url = path.startsWith('/v1') ? path : `${base}${path}`;
    const response = await app.inject({ method, url, headers: bearer(who), ...(payload && { payload }) });
    return {
      status: response.statusCode,
      answer: response.json<Answer>(),
      location: String(response.headers.location),
    };
  }

  const approvalOf = ({ metadata }: OperationResource) => metadata.pendingApproval?.approval ?? 'none';
  const orchestrator = (): Orchestrator => orchestration().orchestrator;
  const create = async (name: string) =>
    ended(orchestrator(), await orchestrator().create(readExample('managed', name)));
  const standing = async (prefix: string) =>
    (await simulator().clusters()).map(({ clusterName }) => clusterName).filter((name) => name.startsWith(prefix));

  it.concurrent('a delete waits, and runs once somebody else has approved it', async () => {
    await create('one');
    const asked = await call('alice', 'DELETE', '/clusters/one?deleteResource=true');
    expect(asked).toMatchObject({
      status: 202,
      location: asked.answer.name,
      answer: { done: false, metadata: { kind: 'approval', clusterName: 'one', requestedBy: 'alice' } },
    });
    const approval = approvalOf(asked.answer);
    expect((await call('alice', 'DELETE', '/clusters/one?deleteResource=true')).location).toBe(asked.location);
    const { answer: seen } = await call<ApprovalResource>('bob', 'GET', approval);
    expect(seen).toMatchObject({
      state: 'pending',
      change: { kind: 'delete', clusterName: 'one', options: { deleteResource: true } },
      requestedBy: 'alice',
      clusters: [{ kind: 'delete', clusterName: 'one' }],
    });
    await vi.waitFor(async () => {
      const { answer } = await call<{ approvals: ApprovalResource[] }>('bob', 'GET', '/approvals');
      expect(answer.approvals.map(({ name }) => name)).toContain(approval);
    }, waiting);

    expect(await call('alice', 'POST', `${approval}/approve`)).toMatchObject({
      status: 403,
      answer: { code: 'SamePrincipal' },
    });
    expect(await standing('one')).toEqual(['one']);
    const approved = await call('bob', 'POST', `${approval}/approve?wait=30s`);
    expect(approved).toMatchObject({
      status: 202,
      location: asked.location,
      answer: { done: true, metadata: { kind: 'delete', requestedBy: 'alice', approvedBy: 'bob', approval } },
    });
    expect(await standing('one')).toEqual([]);
    const again = await call('bob', 'POST', `${approval}/approve`);
    expect([again.status, again.answer.metadata['operation']]).toEqual([202, approved.answer.metadata['operation']]);
    expect(await call('bob', 'POST', `${approval}/reject`)).toMatchObject({
      status: 409,
      answer: { code: 'ApprovalRefusedError' },
    });
  });

  it.concurrent('a delete by name is of the cluster that had the name when it was asked for', async () => {
    await create('two');
    const { answer } = await call('alice', 'DELETE', '/clusters/two');
    await ended(orchestrator(), await orchestrator().delete('two'));
    await create('two');
    const approved = await call('bob', 'POST', `${approvalOf(answer)}/approve?wait=30s`);
    expect(approved.answer).toMatchObject({ done: true, response: { outcome: 'absent' } });
    expect(await standing('two')).toEqual(['two']);
  });

  it.concurrent('a teardown deletes the clusters that were shown, and none that match later', async () => {
    await create('three-a');
    const payload = { filter: { name: 'three-*' }, batch: 'three' };
    const asked = await call('alice', 'POST', '/teardowns', payload);
    expect(asked.answer).toMatchObject({
      done: false,
      metadata: { batch: 'three', targets: [{ clusterName: 'three-a' }] },
    });
    await create('three-b');
    const approval = approvalOf(asked.answer);
    expect((await call<ApprovalResource>('bob', 'GET', approval)).answer).toMatchObject({
      change: { kind: 'batch', batch: 'three', deletes: 1 },
      clusters: [{ kind: 'delete', clusterName: 'three-a' }],
    });
    const approved = await call('bob', 'POST', `${approval}/approve?wait=30s`);
    expect(approved.answer).toMatchObject({
      done: true,
      metadata: { kind: 'batch', requestedBy: 'alice', approvedBy: 'bob' },
      response: { outcome: 'completed', succeeded: 1 },
    });
    expect(await standing('three')).toEqual(['three-b']);
  });

  it.concurrent('what is rejected never runs, and whoever follows it learns why', async () => {
    await create('four');
    const { answer, location } = await call('alice', 'DELETE', '/clusters/four');
    // Whoever goes around the server meets the same rule.
    const { approvals } = orchestrator();
    const [pending] = await vi.waitUntil(async () => {
      const mine = (await approvals.list()).filter(
        ({ change }) => 'clusterName' in change && change.clusterName === 'four',
      );
      return mine.length > 0 && mine;
    }, waiting);
    const by = { name: 'alice', identity: 'token alice' };
    await expect(approvals.decide(pending!, { verdict: 'approved', by })).rejects.toMatchObject({
      reason: 'SamePrincipal',
    });
    await expect(approvals.decide(pending!, { verdict: 'approved' } as Decision)).rejects.toMatchObject({
      reason: 'InvalidDecision',
    });
    const following = call('alice', 'GET', `${location}?wait=30s`);
    const rejected = await call('bob', 'POST', `${approvalOf(answer)}/reject`, { reason: 'still in use' });
    const error = { status: 'PERMISSION_DENIED', message: 'the change was rejected by "bob": still in use' };
    expect(rejected.answer).toMatchObject({ done: true, error });
    expect((await following).answer).toMatchObject({ done: true, error });
    expect(await standing('four')).toEqual(['four']);
  });

  it.concurrent('what nobody decides about lapses', async () => {
    await create('five');
    const { approvals } = orchestrator();
    const asked = await approvals.request(
      { kind: 'delete', nameOrID: 'five', options: {} },
      { requestedBy: { name: 'alice', identity: 'token alice' }, waitSeconds: 1 },
    );
    if ('underWay' in asked) throw new Error('nothing is under way');
    await vi.waitFor(async () => expect((await approvals.status(asked)).state).toBe('expired'), waiting);
    const by = { name: 'bob', identity: 'token bob' };
    await expect(approvals.decide(asked, { verdict: 'approved', by })).rejects.toMatchObject({
      reason: 'ApprovalOver',
    });
    expect(await standing('five')).toEqual(['five']);
  });

  it.concurrent('what somebody cancels in Temporal counts as rejected', async () => {
    const { answer, location } = await call('alice', 'DELETE', '/clusters/cce-87654321');
    await orchestration().client.workflow.getHandle(String(answer.metadata.workflowID)).cancel();
    expect((await call('alice', 'GET', `${location}?wait=30s`)).answer).toMatchObject({
      done: true,
      error: { message: 'the change was rejected by "Temporal": it was cancelled' },
    });
  });

  it.concurrent('a decision that no worker can take is answered with 503', async () => {
    const elsewhere = base.replace(/bj$/, 'gz');
    const asked = await call('alice', 'DELETE', `${elsewhere}/clusters/cce-12345678`);
    const decided = await call('bob', 'POST', `${approvalOf(asked.answer)}/approve`);
    expect(decided).toMatchObject({ status: 503, answer: { code: 'UnreachableError' } });
  });

  it.concurrent('a search that deletes orphans waits too, and deletes those that were shown', async () => {
    const { client, account } = orchestration();
    /** Somebody terminates its create, and forgets the cluster. */
    async function orphan(name: string): Promise<void> {
      const create = await orchestrator().create(readExample('managed', name));
      await reached(orchestrator(), create, ({ currentStep }) => currentStep?.step?.index === 3);
      await client.workflow.getHandle(create.workflowID, create.runID).terminate('by an operator');
      const query = `WorkflowId = '${createWorkflowID({ account, region: 'bj' }, name)}' AND ExecutionStatus = 'Terminated'`;
      // Lists lag behind.
      await vi.waitFor(async () => expect((await client.workflow.count(query)).count).toBe(1), waiting);
    }
    const nothing = await call('alice', 'POST', '/reconcile?wait=30s', { delete: { olderThan: '1d' } });
    expect(nothing.answer).toMatchObject({ done: true, metadata: { kind: 'reconcile' } });
    await orphan('orphan-1');
    const asked = await vi.waitUntil(async () => {
      const { answer } = await call('alice', 'POST', '/reconcile', { delete: { olderThan: '1s' } });
      return answer.metadata.kind === 'approval' && answer;
    }, waiting);
    const approval = approvalOf(asked);
    expect((await call<ApprovalResource>('bob', 'GET', approval)).answer).toMatchObject({
      change: { kind: 'reconcile', deletes: 1 },
      clusters: [{ kind: 'delete', clusterName: 'orphan-1' }],
    });
    await orphan('orphan-2');
    const approved = await call('bob', 'POST', `${approval}/approve?wait=30s`);
    expect(approved.answer).toMatchObject({
      done: true,
      metadata: { kind: 'reconcile', requestedBy: 'alice', approvedBy: 'bob' },
    });
    expect(await standing('orphan')).toEqual(['orphan-2']);
    expect((await call('alice', 'POST', '/reconcile')).answer.metadata.kind).toBe('reconcile');
  });
});
