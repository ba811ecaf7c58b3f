import { randomUUID } from 'node:crypto';
import { Client, type WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { expect, inject, it, vi } from 'vitest';
import type { CreateClusterOutcome } from '../../../contract/create.ts';
import { workflowTypes } from '../../../contract/workflow-types.ts';
import { useConnections } from '../../connections.ts';
import { readExample } from '../../examples.ts';
import { cancelBySignal, cancelNatively } from '../cloud-script.ts';
import { waiting } from '../../waiting.ts';

const connections = useConnections();

// Runs on the real server, which must know that no worker has begun the activity.
it.each([
  ['a signal', cancelBySignal({})],
  ['native cancellation', cancelNatively],
])('a create whose request still waits for a worker is cancelled by %s, and never sent', async (_, cancel) => {
  const { connection, nativeConnection } = connections();
  const taskQueue = `queued-${randomUUID()}`;
  // No worker serves the queue of the calls that change something.
  const worker = await Worker.create({
    connection: nativeConnection,
    taskQueue,
    workflowBundle: { codePath: inject('workflowBundlePath') },
    activities: { validateCluster: async () => {} },
  });
  await worker.runUntil(async () => {
    const workflow = await new Client({ connection }).workflow.start(workflowTypes.createCluster, {
      workflowId: taskQueue,
      taskQueue,
      args: [{ request: readExample('custom', 'a-cluster') }],
    });
    await vi.waitUntil(() => isQueued(workflow), waiting);
    await cancel(workflow);
    const outcome = (await workflow.result()) as CreateClusterOutcome;
    expect(outcome).toMatchObject({ outcome: 'cancelled', cleanup: { status: 'notNeeded', clusterIDs: [] } });
    const { events } = await workflow.fetchHistory();
    const begun = events?.flatMap(({ activityTaskStartedEventAttributes: started }) => started ?? []);
    expect(begun).toEqual([]);
  });
});

async function isQueued(workflow: WorkflowHandle): Promise<boolean> {
  const { raw } = await workflow.describe();
  return raw.pendingActivities?.some(({ activityType }) => activityType?.name === 'submitCluster') ?? false;
}
