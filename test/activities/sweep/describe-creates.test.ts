import { WorkflowFailedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { ApplicationFailure, RetryState, TerminatedFailure } from '@temporalio/common';
import proto from '@temporalio/proto';
import { describe, expect, it } from 'vitest';
import { describeCreates } from '../../../activities/sweep/describe-creates.ts';
import { PayloadDecryptionError } from '../../../temporal/encryption/payload-decryption-error.ts';
import { grpcStatus } from '../../../temporal/grpc-status.ts';

const { WorkflowExecutionStatus: statuses } = proto.temporal.api.enums.v1;
const hour = 3600;
const retentionSeconds = 72 * hour;
const nowMs = Date.now();
const msAgo = (seconds: number) => (Math.floor(nowMs / 1000) - seconds) * 1000;

interface Run {
  runId: string;
  status: 'RUNNING' | 'PAUSED' | 'COMPLETED' | 'FAILED' | 'TERMINATED' | 'CONTINUED_AS_NEW';
  /** The list does not tell it. */
  firstRunId?: string;
  /** @default 3600 */
  startedSecondsAgo?: number;
  /** @default 60 for a closed run */
  closedSecondsAgo?: number;
  /** What its history tells; an error: why that cannot be read. */
  outcome?: object | Error;
}

/** A Temporal that lists runs, and knows the one that is current. */
function temporalWith(listed: readonly Run[], current: Run | 'none' = listed.at(-1) ?? 'none'): Client {
  const secondsAgo = (seconds: number) => ({ seconds: Math.floor(nowMs / 1000) - seconds });
  const infoOf = ({ runId, firstRunId = runId, status, startedSecondsAgo = hour, closedSecondsAgo = 60 }: Run) => ({
    type: { name: 'createCluster' },
    execution: { runId },
    firstRunId,
    status: statuses[`WORKFLOW_EXECUTION_STATUS_${status}`],
    startTime: secondsAgo(startedSecondsAgo),
    closeTime: ['RUNNING', 'PAUSED'].includes(status) ? null : secondsAgo(closedSecondsAgo),
  });
  const notFound = Object.assign(new Error('not found'), { code: grpcStatus.notFound, details: '', metadata: {} });
  const workflowService = {
    describeNamespace: async () => ({ config: { workflowExecutionRetentionTtl: { seconds: retentionSeconds } } }),
    listWorkflowExecutions: async () => ({
      executions: listed.map((run) => ({ ...infoOf(run), firstRunId: '' })),
      nextPageToken: new Uint8Array(),
    }),
    describeWorkflowExecution: async ({ execution: { runId } }: { execution: { runId?: string } }) => {
      const asked = runId === undefined ? current : (listed.find((run) => run.runId === runId) ?? 'none');
      if (asked === 'none') throw notFound;
      return { workflowExecutionInfo: infoOf(asked) };
    },
  };
  const resultOf = async (asked: string) => {
    const outcome = [...listed, ...(current === 'none' ? [] : [current])].find(({ runId }) => runId === asked)?.outcome;
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const getHandle = (_: string, runId: string) => ({ result: () => resultOf(runId) });
  return { options: { namespace: 'n' }, workflowService, workflow: { getHandle } } as unknown as Client;
}

const failedWith = (cause: Error) => new WorkflowFailedError('failed', cause, RetryState.IN_PROGRESS);
const terminated = failedWith(new TerminatedFailure('by hand'));
const made = { outcome: 'running', clusterID: 'cce-1' };
const kept = { outcome: 'cancelled', cleanup: { status: 'kept', clusterIDs: ['cce-2'] } };

const run = (runId: string, more: Partial<Run> = {}): Run => ({ runId, status: 'COMPLETED', outcome: made, ...more });

const rows: [title: string, client: Client, runs: object[]][] = [
  ['a run that ended with a cluster claims it', temporalWith([run('1')]), [{ clusterIDs: ['cce-1'] }]],
  ['a run that kept a cluster claims it', temporalWith([run('1', { outcome: kept })]), [{ clusterIDs: ['cce-2'] }]],
  [
    'a run that failed claims what its outcome says',
    temporalWith([
      run('1', {
        status: 'FAILED',
        outcome: failedWith(ApplicationFailure.create({ details: [{ ...kept, outcome: 'failed' }] })),
      }),
    ]),
    [{ clusterIDs: ['cce-2'] }],
  ],
  [
    'a terminated run claims nothing',
    temporalWith([run('1', { status: 'TERMINATED', outcome: terminated })]),
    [{ clusterIDs: [] }],
  ],
  [
    'a run that saw its cluster vanish names it: the cluster may show again',
    temporalWith([run('1', { outcome: { outcome: 'vanished', clusterID: 'cce-1' } })]),
    [{ vanishedClusterID: 'cce-1', clusterIDs: [] }],
  ],
  [
    'a run that failed since its cluster had disappeared is uncertain, if it does not say which',
    temporalWith([
      run('1', {
        status: 'FAILED',
        outcome: failedWith(
          ApplicationFailure.create({ details: [{ outcome: 'failed', failure: { type: 'DeletedByOthers' } }] }),
        ),
      }),
    ]),
    [{ isUncertain: true, clusterIDs: [] }],
  ],
  ['a paused run is open', temporalWith([run('1', { status: 'PAUSED' })]), [{ isRunning: true }]],
  [
    'a create that the list does not show yet is open',
    temporalWith([run('1', { status: 'TERMINATED', outcome: terminated })], run('2', { status: 'RUNNING' })),
    [{ firstRunID: '2', isRunning: true }],
  ],
  [
    'a run that the list shows as open counts as open, even if another one is current',
    temporalWith([run('1', { status: 'RUNNING' }), run('2')]),
    [{ firstRunID: '1', isRunning: true }],
  ],
  [
    'a run that only the list still knows is uncertain, also an open one',
    temporalWith([run('1'), run('2', { status: 'RUNNING' })], 'none'),
    [
      { firstRunID: '1', isUncertain: true, clusterIDs: [] },
      { firstRunID: '2', isUncertain: true, clusterIDs: [] },
    ],
  ],
  [
    'a run is uncertain if its history is past retention',
    temporalWith([run('1', { outcome: new WorkflowNotFoundError('gone', 'w', '1') })]),
    [{ isUncertain: true, clusterIDs: [] }],
  ],
  [
    'a run is uncertain if this worker has no key for its outcome',
    temporalWith([run('1', { outcome: new PayloadDecryptionError('unknownKey', 'no key') })]),
    [{ isUncertain: true, clusterIDs: [] }],
  ],
  [
    'a run that failed without an outcome is uncertain',
    temporalWith([run('1', { status: 'FAILED', outcome: failedWith(new Error('unforeseen')) })]),
    [{ isUncertain: true, clusterIDs: [] }],
  ],
  [
    'a run near the end of its retention is uncertain, since a later one may be forgotten',
    temporalWith([run('1', { closedSecondsAgo: retentionSeconds - hour / 2 })]),
    [{ isUncertain: true, clusterIDs: ['cce-1'] }],
  ],
  [
    'a run well within its retention is certain',
    temporalWith([run('1', { closedSecondsAgo: retentionSeconds - 2 * hour })]),
    [{ clusterIDs: ['cce-1'] }],
  ],
  [
    'a run that continued as new claims what the run does that follows',
    temporalWith([run('1', { status: 'CONTINUED_AS_NEW' }), run('2')], run('2', { firstRunId: '1' })),
    [
      { firstRunID: '1', clusterIDs: ['cce-1'] },
      { firstRunID: '1', clusterIDs: ['cce-1'] },
    ],
  ],
  [
    'runs belong to the first of their chain, also if a later create has begun since',
    temporalWith([
      run('1', { status: 'CONTINUED_AS_NEW', startedSecondsAgo: 50, closedSecondsAgo: 40 }),
      run('2', { status: 'CONTINUED_AS_NEW', firstRunId: '1', startedSecondsAgo: 40, closedSecondsAgo: 30 }),
      run('3', { firstRunId: '1', startedSecondsAgo: 30, closedSecondsAgo: 20 }),
      run('4', { startedSecondsAgo: 10, closedSecondsAgo: 5 }),
    ]),
    [
      { firstRunID: '1', startedAtMs: msAgo(50), closedAtMs: msAgo(40) },
      { firstRunID: '1', startedAtMs: undefined, closedAtMs: msAgo(30) },
      { firstRunID: '1', startedAtMs: undefined, closedAtMs: msAgo(20) },
      { firstRunID: '4', startedAtMs: msAgo(10), closedAtMs: msAgo(5) },
    ],
  ],
];

describe('the description of creates', () => {
  it.each(rows)('says that %s', async (_, client, expected) => {
    const workflowID = 'cce:default:bj:web';
    const runs = await describeCreates(client)({ workflowIDs: [workflowID] });
    const certain = { isUncertain: undefined, isRunning: false, clusterIDs: expect.anything() as unknown };
    expect(runs).toEqual(
      expected.map((each, index) => {
        const { startedAtMs, closedAtMs } = runs[index] ?? {};
        return { ...certain, startedAtMs, closedAtMs, firstRunID: runs[index]?.firstRunID, ...each, workflowID };
      }),
    );
  });
});
