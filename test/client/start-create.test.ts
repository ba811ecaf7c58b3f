import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { startCreate } from '../../client/start-create.ts';
import type { CurrentStep } from '../../contract/current-step.ts';
import type { CreateClusterInput } from '../../contract/create.ts';
import { memoOfCreate, type OperationMemo } from '../../contract/operation-memo.ts';
import { ValidSpec } from '../../client/valid-spec.ts';
import { readExample } from '../examples.ts';

const scope = { account: 'default', region: 'bj' };
const spec = ValidSpec.of(readExample('managed', 'web'), { disabledRules: [] });

/** Creates a cluster whose create a batch has begun; that create answers like this, before and after it is claimed. */
function attachTo(
  answers: Partial<CurrentStep>[],
  {
    spec: wanted = spec,
    memo = { ...memoOfCreate({ request: spec.request }), startedBy: 'upload/run/0' } as OperationMemo,
    asked = {} as Parameters<typeof startCreate>[3],
  } = {},
) {
  const workflowID = 'cce:default:bj:web';
  const run = { runId: 'run-1', status: { name: 'RUNNING' }, startTime: new Date(), memo, raw: {} };
  const events: string[] = [];
  const handle = {
    describe: async () => run,
    signal: async () => void events.push('claim'),
    query: async () => {
      events.push('query');
      return answers.shift();
    },
  };
  const client = {
    options: { namespace: 'default', loadedDataConverter: { payloadCodecs: [{}] } },
    connection: { operatorService: { listSearchAttributes: async () => ({ customAttributes: {} }) } },
    withDeadline: (_: number, call: () => unknown) => call(),
    workflow: {
      start: () => Promise.reject(new WorkflowExecutionAlreadyStartedError('started', workflowID, 'createCluster')),
      getHandle: () => handle,
    },
  };
  return { events, created: startCreate(client as unknown as Client, scope, wanted, asked) };
}

it('a create that attaches to that of a batch claims its cluster, and looks again whether it goes on', async () => {
  const { created, events } = attachTo([{ stage: 'provisioning' }, { stage: 'provisioning', isClaimed: true }]);
  await expect(created).resolves.toMatchObject({ runID: 'run-1', attached: true });
  expect(events).toEqual(['query', 'claim', 'query']);
});

it('a create whose claim comes after the cancel of the batch is refused', async () => {
  const { created } = attachTo([{ stage: 'provisioning' }, { stage: 'provisioning', isCancelled: true }]);
  await expect(created).rejects.toMatchObject({ name: 'OperationEndingError' });
});

it('a create of a protected cluster with a time to live is refused before anything is asked', async () => {
  const cluster = { ...readExample('managed', 'web').cluster, forbidDelete: true };
  const body = { ...readExample('managed', 'web'), cluster };
  const nobody = {} as unknown as Client;
  await expect(startCreate(nobody, scope, body, { ttlSeconds: 60 })).rejects.toMatchObject({
    name: 'InvalidOptionsError',
    problems: [{ path: 'ttlSeconds', message: expect.stringContaining('forbidDelete') }],
  });
});

describe('a create with nodes that meets one under way', () => {
  type Asked = Parameters<typeof startCreate>[3];
  const nodes = ValidSpec.of({ ...readExample('managed', 'web'), nodes: fourNodes() }, { disabledRules: [] });
  const meets = (has: Partial<CreateClusterInput>, asked: Asked) =>
    attachTo([], { spec: nodes, memo: memoOfCreate({ request: nodes.request, ...has }), asked });

  it.each<[what: string, has: Partial<CreateClusterInput>, asked: Asked]>([
    ['that needs the same in other words', { readiness: 'nodes' }, { readiness: 'nodes>=4' }],
    ['that needs the same by default', { readiness: 'nodes>=4' }, {}],
    ['that needs more', { readiness: '75%' }, { readiness: 'nodes>=2' }],
    ['that accepts failures, as it does', { readiness: 'nodes', onNodeFailure: 'accept' }, { readiness: 'nodes>=1' }],
  ])('%s attaches, and claims its cluster', async (_, has, asked) => {
    const { created, events } = meets(has, asked);
    await expect(created).resolves.toMatchObject({ attached: true, warnings: [] });
    expect(events).toContain('claim');
  });

  it.each<[what: string, has: Partial<CreateClusterInput>, asked: Asked, part: string]>([
    [
      'that needs fewer than the default',
      { readiness: 'nodes>=2' },
      {},
      'readiness is nodes>=2, not nodes; attach with',
    ],
    ['that needs none', { readiness: 'cluster' }, {}, 'readiness is cluster, not nodes'],
    ['without a word, if it asks for nodes', {}, { readiness: 'nodes' }, 'readiness is cluster, not nodes'],
    [
      'that accepts failures',
      { readiness: 'nodes', onNodeFailure: 'accept' },
      {},
      'onNodeFailure is accept, not fail; attach without',
    ],
  ])('%s is refused', async (_, has, asked, part) => {
    const { created, events } = meets(has, asked);
    await expect(created).rejects.toMatchObject({
      name: 'OptionsConflictError',
      message: expect.stringContaining(part),
    });
    expect(events).not.toContain('claim');
  });

  it('that a client of before has started attaches, and says that it does not wait for nodes', async () => {
    const { created, events } = meets({}, {});
    await expect(created).resolves.toMatchObject({
      attached: true,
      warnings: [{ path: 'readiness', message: expect.stringContaining('does not wait for nodes') }],
    });
    expect(events).not.toContain('claim');
  });

  it('that waits for nodes attaches although it asks for the cluster alone, and says so', async () => {
    await expect(meets({ readiness: '50%' }, { readiness: 'cluster' }).created).resolves.toMatchObject({
      attached: true,
      warnings: [{ path: 'readiness', message: expect.stringContaining('its readiness is 50%') }],
    });
  });
});

function fourNodes() {
  const [set] = readExample('managed').nodes ?? [];
  return [{ ...set!, count: 4 }];
}
