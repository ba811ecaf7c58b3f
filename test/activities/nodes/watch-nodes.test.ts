import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { createRequestBudget } from '../../../activities/api/request-budget.ts';
import { watchNodes, type NodesReport, type WatchNodesInput } from '../../../activities/nodes/watch-nodes.ts';
import { failureBudget } from '../../../activities/watch/watch-decision.ts';
import { CceNetworkError } from '../../../cce/cce-network-error.ts';
import type { CceClient } from '../../../cce/client.ts';
import { readWatchedNodes } from '../../../contract/watched-nodes.ts';
import { partialClient } from '../../partial-client.ts';
import { notFound } from '../watch/not-found.ts';

const clusterID = 'cce-00000001';
const logger = new DefaultLogger('ERROR');
const unreachable = new CceNetworkError({ method: 'GET', path: '/v2', message: 'reset', possiblyReceived: true });
const phases = { R: 'running', M: 'provisioning', F: 'create_failed', L: 'deleting' } as const;

/** One look: the phase of each node by its letter, or an error. Beside it, the phase of the cluster. */
type Look = string | Error | { nodes: string | Error; cluster: string | Error };

function serviceWith(looks: readonly Look[], pageLimit = Infinity) {
  const calls: string[] = [];
  let count = 0;
  const current = () => looks[Math.min(count, looks.length) - 1]!;
  const cce: Partial<CceClient> = {
    async listInstances(_, { pageNo = 1, pageSize = 10 } = {}) {
      if (pageNo === 1) count++;
      calls.push(`list ${pageNo}`);
      const look = current();
      const nodes = typeof look === 'object' && 'nodes' in look ? look.nodes : look;
      if (nodes instanceof Error) throw nodes;
      const all = Array.from(nodes, (letter, index) => ({
        spec: { cceInstanceID: `node-${index}`, clusterRole: 'node' },
        status: { instancePhase: phases[letter as keyof typeof phases], machine: { instanceID: `i-${index}` } },
        createdAt: '2026-01-01T00:00:00Z',
      }));
      const size = Math.min(pageSize, pageLimit);
      const instanceList = all.slice((pageNo - 1) * size, pageNo * size);
      return { instancePage: { totalCount: all.length, instanceList }, requestID: 'r' };
    },
    async getInstanceEventSteps(instanceID) {
      calls.push(`steps of ${instanceID}`);
      const errInfo = { code: 'NoStock', message: 'sold out for test123!T', suggestion: 'wait' };
      return {
        status: 'create_failed',
        steps: [
          { stepName: '准备机器', stepStatus: 'failed', errInfo },
          { stepName: '部署 K8S', stepStatus: 'todo' },
        ],
      };
    },
    async getCluster() {
      calls.push('cluster');
      const look = current();
      const clusterPhase = typeof look === 'object' && 'cluster' in look ? look.cluster : 'running';
      if (clusterPhase instanceof Error) throw clusterPhase;
      return { cluster: { spec: { clusterID, clusterName: 'any' }, status: { clusterPhase } }, requestID: 'r' };
    },
    listClusters: async () => ({ clusterPage: { totalCount: 0, clusterList: [] }, requestID: 'r' }),
  };
  return { cce: partialClient(cce), calls };
}

interface Options {
  input?: Partial<WatchNodesInput>;
  heartbeatDetails?: unknown;
  pageLimit?: number;
  longestLagMs?: number;
}

function begin(looks: readonly Look[], { input, heartbeatDetails, pageLimit, longestLagMs = 20 }: Options = {}) {
  const { cce, calls } = serviceWith(looks, pageLimit);
  const environment = new MockActivityEnvironment(heartbeatDetails === undefined ? {} : { heartbeatDetails }, {
    logger,
  });
  const activity = watchNodes({
    cce,
    budget: createRequestBudget({ maximumRequestsPerSecond: 1_000_000 }),
    phases: { accompany: () => () => undefined, followers: () => 0 },
    secrets: { env: () => undefined, file: () => undefined },
    pollIntervalMs: 1,
    longestLagMs,
  });
  const wanted = 4;
  const goal = { wanted, needed: wanted, isAdopted: false, untilMs: Infinity };
  const given = { ...goal, clusterID, sinceMs: 0, steps: [], secrets: ['test123!T'], ...input };
  return { environment, calls, report: environment.run(activity, given) as Promise<NodesReport> };
}

async function watch(looks: readonly Look[], options?: Options) {
  const { calls, report } = begin(looks, options);
  return { ...(await report), calls };
}

describe('a watch of nodes', () => {
  it('ends when all run, with one call for each look', async () => {
    expect(await watch(['', 'MM', 'RMMM', 'RRRR'])).toMatchObject({
      verdict: 'ready',
      nodes: { wanted: 4, ready: 4, beingMade: 0, failed: 0 },
      calls: ['list 1', 'cluster', 'list 1', 'list 1', 'list 1'],
    });
  });

  it('asks once why a node failed, and tells no secret', async () => {
    const { verdict, nodes, calls } = await watch(['RMFF', 'RMFF', 'RMFF', 'RRFF'], {
      input: { needed: 2, target: 4 },
    });
    const reason = { step: '准备机器', code: 'NoStock', message: expect.not.stringContaining('test123!T') };
    expect({ verdict, nodes }).toMatchObject({
      verdict: 'ready',
      nodes: {
        ready: 2,
        beingMade: 0,
        failed: 2,
        failedNodes: [
          { cceInstanceID: 'node-2', instanceID: 'i-2', ...reason, suggestion: 'wait' },
          { cceInstanceID: 'node-3', instanceID: 'i-3', ...reason },
        ],
        reasons: [{ count: 2, ...reason }],
      },
    });
    expect(calls.filter((call) => call.startsWith('steps'))).toEqual(['steps of node-2', 'steps of node-3']);
  });

  it('describes no more than 20 failed nodes, and counts all', async () => {
    const { nodes, verdict } = await watch(['F'.repeat(30), 'F'.repeat(30)], { input: { wanted: 30, needed: 30 } });
    expect(verdict).toBe('failed');
    expect(nodes.failed).toBe(30);
    expect(nodes.failedNodes).toHaveLength(20);
  });

  it('reads all pages', async () => {
    const looks = ['R'.repeat(5)];
    const { verdict, calls } = await watch(looks, { input: { wanted: 5, needed: 5 }, pageLimit: 2 });
    expect({ verdict, calls }).toEqual({ verdict: 'ready', calls: ['list 1', 'list 2', 'list 3'] });
  });

  it('does not take a failed look for failed nodes', async () => {
    expect(await watch([unreachable, 'RRRM', unreachable, unreachable, 'RRRR'])).toMatchObject({ verdict: 'ready' });
  });

  it('gives up when the service does not answer for long', async () => {
    const { report, calls } = begin([unreachable]);
    await expect(report).rejects.toMatchObject({ type: 'WatchBudgetExhausted', nonRetryable: true });
    expect(calls).toHaveLength(failureBudget);
  });

  it.each<[what: string, look: Look, clusterPhase: string]>([
    ['is deleted with its nodes', { nodes: 'LLLL', cluster: 'deleting' }, 'deleting'],
    ['is not known any more', { nodes: notFound, cluster: notFound }, 'absent'],
  ])('ends if the cluster %s, which it looks at more than once', async (_, look, clusterPhase) => {
    const { calls, ...report } = await watch(['RRRM', look]);
    expect(report).toMatchObject({ verdict: 'gone', clusterPhase, nodes: { ready: 3 } });
    expect(calls.filter((call) => call === 'cluster').length).toBeGreaterThan(1);
  });

  it('goes on if the service does not know the cluster for a while', async () => {
    const unknown = { nodes: notFound, cluster: notFound };
    const looks = ['RRRM', unknown, unknown, unknown, 'RRRR'];
    expect(await watch(looks, { longestLagMs: 60_000 })).toMatchObject({ verdict: 'ready' });
  });

  it('shows what the attempt before has seen, and goes on', async () => {
    const nodes = { wanted: 4, ready: 3, beingMade: 1, failed: 0 };
    const before = { clusterID, nodes, steps: [], sinceMs: 0, sequence: [1, 1, 1], changedAt: '2026-01-01T00:00:00Z' };
    const gone = { nodes: notFound, cluster: notFound };
    const report = await watch([gone], { heartbeatDetails: { watchedNodes: before } });
    expect(readWatchedNodes({ watchedNodes: before })).toMatchObject({ nodes });
    expect(report).toMatchObject({ verdict: 'gone', nodes });
  });

  it('ends at once when it is cancelled', async () => {
    const { environment, report } = begin(['RRRM']);
    setImmediate(() => environment.cancel());
    await expect(report).rejects.toBeInstanceOf(CancelledFailure);
  });

  it('names the nodes if asked to', async () => {
    expect(await watch(['RRRF', 'RRRF'], { input: { namesNodes: true } })).toMatchObject({
      own: ['node-0', 'node-1', 'node-2', 'node-3'],
      failedIDs: ['node-3'],
    });
  });
});
