import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { createBatches } from '../../client/batch/batches.ts';
import { cancelOperation } from '../../client/cancel-operation.ts';
import { requestDeletion } from '../../client/request-deletion.ts';
import type { BatchProgress } from '../../contract/batch/progress.ts';
import type { CancelRequest } from '../../contract/cancel-request.ts';
import type { CurrentStep } from '../../contract/current-step.ts';

const scope = { account: 'default', region: 'bj' };
const createID = 'cce:default:bj:web';

/** A client that knows one run under way, which answers queries like this, and ends before a signal if that is said. */
function clientOf(
  workflowType: string,
  workflowID: string,
  answer: unknown,
  { endsBeforeSignal = false }: { endsBeforeSignal?: boolean } = {},
) {
  const sent: unknown[] = [];
  let hasEnded = false;
  const notFound = (id: string) => new WorkflowNotFoundError('not found', id, undefined);
  const getHandle = (id: string) => ({
    describe: async () => {
      if (id !== workflowID) throw notFound(id);
      const status = { name: hasEnded ? 'COMPLETED' : 'RUNNING' };
      const dates = { startTime: new Date(0), ...(hasEnded && { closeTime: new Date(1) }) };
      const memo = { clusterName: 'web', upload: {} };
      return { type: workflowType, workflowId: id, runId: 'run-1', status, memo, raw: {}, ...dates };
    },
    query: async () => answer,
    signal: async (_: unknown, argument: unknown) => {
      hasEnded = endsBeforeSignal;
      if (hasEnded) throw notFound(id);
      sent.push(argument);
    },
  });
  const client = {
    options: { namespace: 'default' },
    connection: { operatorService: { listSearchAttributes: async () => ({ customAttributes: {} }) } },
    workflow: { getHandle, start: async () => ({ firstExecutionRunId: 'run-2' }) },
    workflowService: { describeWorkflowExecution: async () => ({}) },
    withDeadline: (_: number, call: () => unknown) => call(),
  };
  return { client: client as unknown as Client, sent };
}

describe('a cancel of a create', () => {
  const keep: CancelRequest = { cleanup: 'keep' };
  const cancel = (request: CancelRequest, step: Partial<CurrentStep>, ends?: { endsBeforeSignal: boolean }) => {
    const { client, sent } = clientOf('createCluster', createID, step, ends);
    return { sent, cancelled: cancelOperation(client, scope, 'web', request) };
  };

  it.each<[when: string, request: CancelRequest, step: Partial<CurrentStep>]>([
    ['that keeps the cluster is sent while the create goes on', keep, { stage: 'provisioning' }],
    ['that keeps it is sent again', keep, { stage: 'cleaningUp', isCancelled: true, keepsCluster: true }],
    ['that deletes it is sent again, which changes nothing', {}, { stage: 'cleaningUp', isCancelled: true }],
  ])('%s', async (_, request, step) => {
    const { sent, cancelled } = cancel(request, step);
    await expect(cancelled).resolves.toMatchObject({ workflowID: createID });
    expect(sent).toEqual([request]);
  });

  it.each<[when: string, step: Partial<CurrentStep>]>([
    ['somebody cancelled it without that', { stage: 'submitting', isCancelled: true }],
    ['it cleans up after a failure', { stage: 'cleaningUp' }],
  ])('that keeps the cluster is refused once %s: it would be dropped', async (_, step) => {
    const { sent, cancelled } = cancel(keep, step);
    await expect(cancelled).rejects.toMatchObject({ name: 'OperationEndingError' });
    expect(sent).toEqual([]);
  });

  it('says that nothing is under way if the create ends meanwhile', async () => {
    const { cancelled } = cancel({}, {}, { endsBeforeSignal: true });
    await expect(cancelled).rejects.toMatchObject({ name: 'OperationNotFoundError' });
  });
});

it('a delete of a cluster whose create ends meanwhile starts, instead of cancelling that create', async () => {
  const { client } = clientOf('createCluster', createID, {}, { endsBeforeSignal: true });
  const deletion = await requestDeletion(client, scope, 'web', {}, {});
  expect(deletion).toEqual({ workflowID: 'cce:default:bj:delete:web', runID: 'run-2' });
});

describe('a batch that is ending', () => {
  const batches = (progress: Partial<BatchProgress>) => {
    const { client, sent } = clientOf('clusterBatch', 'cce:default:bj:batch:many', progress);
    return { sent, batches: createBatches(client, scope) };
  };

  it.each<[what: string, stage: BatchProgress['stage'], call: (of: ReturnType<typeof createBatches>) => Promise<void>]>(
    [
      [
        'a cancel that keeps clusters, as it deletes them',
        'cancelling',
        (of) => of.cancel('many', { cleanup: 'keep' }),
      ],
      ['a cancel that keeps clusters, as it rolls back', 'rollingBack', (of) => of.cancel('many', { cleanup: 'keep' })],
      ['to try again what failed, as it is cancelled', 'cancelling', (of) => of.retryFailed('many')],
      ['to try again what failed, as it rolls back', 'rollingBack', (of) => of.retryFailed('many')],
    ],
  )('refuses %s', async (_, stage, call) => {
    const { sent, batches: of } = batches({ stage });
    await expect(call(of)).rejects.toMatchObject({ name: 'BatchConflictError' });
    expect(sent).toEqual([]);
  });

  it('takes the same cancel again', async () => {
    const { sent, batches: of } = batches({ stage: 'cancelling', keepsClusters: true });
    await of.cancel('many', { cleanup: 'keep' });
    await of.cancel('many');
    expect(sent).toEqual([{ cleanup: 'keep' }, {}]);
  });
});
