import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CreateClusterOutcome, CreateOptions, OperationStatus } from '../../client/index.ts';
import { readExample } from '../examples.ts';
import { ended, startOrchestration, type Orchestration } from '../orchestration.ts';
import type { SimulatorProcess } from '../../simulator/process.ts';
import { startSimulator } from '../processes.ts';

let simulator: SimulatorProcess;
let orchestration: Orchestration;

beforeAll(async () => {
  simulator = await startSimulator(['--create-seconds', '1', '--node-seconds', '2', '--delete-seconds', '1']);
  orchestration = await startOrchestration(simulator);
  await orchestration.startWorker();
});

afterAll(async () => {
  await orchestration.stop();
  await simulator.kill();
});

/** A spec that asks for some nodes. */
function specOf(clusterName: string, count: number) {
  const { nodes: [set] = [], ...request } = readExample('managed', clusterName);
  return { ...request, nodes: set === undefined || count === 0 ? [] : [{ ...set, count }] };
}

async function create(clusterName: string, count: number, options: CreateOptions = {}) {
  const started = await orchestration.orchestrator.create(specOf(clusterName, count), options);
  const status: OperationStatus = await ended(orchestration.orchestrator, started);
  return status.outcome as CreateClusterOutcome;
}

const soldOut = { step: '准备机器', code: 'cce.warning.OutOfStock', message: expect.stringContaining('sold out') };
const threeFailed = { wanted: 10, failed: 3, reasons: [{ count: 3, ...soldOut }] };

describe.concurrent('a create', () => {
  it('ends when all of its nodes run', async () => {
    const outcome = await create('nodes-run', 10);
    expect(outcome).toMatchObject({ outcome: 'running', nodes: { wanted: 10, ready: 10, beingMade: 0, failed: 0 } });
  });

  it('of a spec without nodes waits for none', async () => {
    const outcome = await create('nodes-none', 0);
    expect(outcome.outcome).toBe('running');
    expect(outcome).not.toHaveProperty('nodes');
  });

  it('3 of whose 10 nodes fail says why, and cleans up', async () => {
    await simulator.addFault({ kind: 'out-of-stock', count: 3, name: 'nodes-fail' });
    const outcome = await create('nodes-fail', 10);
    expect(outcome).toMatchObject({
      outcome: 'failed',
      nodes: threeFailed,
      failure: { type: 'NodesFailed', code: soldOut.code },
      cleanup: { status: 'deleted', reason: 'nodesFailed' },
    });
    expect(outcome.nodes?.failedNodes).toHaveLength(3);
  });

  it('3 of whose 10 nodes fail keeps the cluster if asked to', async () => {
    await simulator.addFault({ kind: 'out-of-stock', count: 3, name: 'nodes-keep' });
    const outcome = await create('nodes-keep', 10, { onFailure: 'keep' });
    expect(outcome).toMatchObject({ failure: { type: 'NodesFailed' }, cleanup: { status: 'kept' } });
  });

  it('3 of whose 10 nodes fail ends with the others if that is accepted', async () => {
    await simulator.addFault({ kind: 'out-of-stock', count: 3, name: 'nodes-accept' });
    const outcome = await create('nodes-accept', 10, { onNodeFailure: 'accept' });
    expect(outcome).toMatchObject({ outcome: 'running', nodes: { ...threeFailed, ready: 7, beingMade: 0 } });
  });

  it('3 of whose 10 nodes fail replaces them, and has never more than 10', async () => {
    await simulator.addFault({
      kind: 'out-of-stock',
      count: 3,
      name: 'nodes-replace',
      times: 1,
      call: 'createCluster',
    });
    const outcome = await create('nodes-replace', 10, { onNodeFailure: 'replace' });
    expect(outcome).toMatchObject({ outcome: 'running', nodes: { wanted: 10, ready: 10, failed: 0, replaced: 3 } });
    const added = (await simulator.log('addInstances')).filter(({ clusterName }) => clusterName === 'nodes-replace');
    expect(added).toHaveLength(1);
  });

  it('3 of whose 10 nodes fail ends with the others if these are enough', async () => {
    await simulator.addFault({ kind: 'out-of-stock', count: 3, name: 'nodes-enough' });
    const outcome = await create('nodes-enough', 10, { readiness: 'nodes>=7' });
    expect(outcome).toMatchObject({ outcome: 'running', nodes: { ready: 7 } });
  });

  it('whose nodes are late says how far they are, and cleans up', async () => {
    await simulator.addFault({ kind: 'nodes-late', seconds: 600, count: 2, name: 'nodes-late' });
    const outcome = await create('nodes-late', 4, { nodeTimeoutSeconds: 3 });
    expect(outcome).toMatchObject({
      outcome: 'failed',
      nodes: { wanted: 4, ready: 2, beingMade: 2, failed: 0 },
      failure: { type: 'NodesNotReady' },
      cleanup: { status: 'deleted', reason: 'nodesLate' },
    });
  });
});
