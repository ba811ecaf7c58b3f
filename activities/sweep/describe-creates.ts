import { WorkflowFailedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import type { CreateClusterOutcome } from '../../contract/create.ts';
import type { CreateRun } from '../../contract/reconcile.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { PayloadDecryptionError } from '../../temporal/encryption/payload-decryption-error.ts';
import { describeRawRun, listRawRuns, type RawRun } from '../../temporal/executions/raw-runs.ts';

/**
 * Describes the creates that Temporal still knows: a run that is under way, or else all runs, with the clusters that each
 * left running or kept, and with a mark on those that prove nothing.
 */
export function describeCreates(client: Client) {
  return async ({ workflowIDs }: { workflowIDs: string[] }): Promise<CreateRun[]> => {
    const fadedBeforeMs = Date.now() - (await fullMemoryMs(client));
    const runs: CreateRun[] = [];
    for (const workflowID of workflowIDs) {
      // A cluster name cannot contain a quote, so this is not one of our workflow IDs.
      if (!workflowID.includes("'")) runs.push(...(await runsOf(client, workflowID, fadedBeforeMs)));
    }
    return runs;
  };
}

async function runsOf(client: Client, workflowID: string, fadedBeforeMs: number): Promise<CreateRun[]> {
  const query = `WorkflowId = '${workflowID}' AND WorkflowType = '${workflowTypes.createCluster}'`;
  // No memo is read: one that this worker has no key for would fail the whole sweep.
  const listed: RawRun[] = [];
  for await (const run of listRawRuns(client, query)) listed.push(run);
  // The list lags behind: it does not show a create that began a moment ago, which may adopt the cluster.
  const current = await describeRawRun(client, workflowID);
  if (current?.workflowType !== workflowTypes.createCluster) {
    return listed.map(({ firstRunID }) => ({ ...claimless(workflowID, firstRunID), isUncertain: true }));
  }
  const known = [...listed.filter(({ runID }) => runID !== current.runID), current];
  const open = known.filter(({ closedAtMs }) => closedAtMs === undefined);
  if (open.length > 0) return open.map(({ firstRunID }) => ({ ...claimless(workflowID, firstRunID), isRunning: true }));

  const runs: CreateRun[] = [];
  for (const run of known) {
    const { runID, startedAtMs, closedAtMs = 0 } = run;
    // Lists do not tell it.
    const { firstRunID } = run === current ? run : ((await describeRawRun(client, workflowID, runID)) ?? run);
    const claims = await claimsOf(client, workflowID, runID);
    const isUncertain = claims === undefined || closedAtMs < fadedBeforeMs;
    runs.push({
      ...claimless(workflowID, firstRunID),
      ...(runID === firstRunID && { startedAtMs }),
      closedAtMs,
      ...claims,
      ...(isUncertain && { isUncertain }),
    });
  }
  return runs;
}

function claimless(workflowID: string, firstRunID: string): CreateRun {
  return { workflowID, firstRunID, isRunning: false, clusterIDs: [] };
}

/**
 * The clusters that a closed run claims, or the run that it continued in. `undefined` if that is not known: its history is
 * past retention, or this worker has no key for its outcome.
 */
async function claimsOf(client: Client, workflowID: string, runID: string): Promise<Claims | undefined> {
  try {
    return claimedBy((await client.workflow.getHandle(workflowID, runID).result()) as CreateClusterOutcome);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof PayloadDecryptionError) return undefined;
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    if (cause instanceof ApplicationFailure) {
      const [outcome] = (cause.details ?? []) as CreateClusterOutcome[];
      return outcome && claimedBy(outcome);
    }
    const isFromOutside = [TerminatedFailure, TimeoutFailure, CancelledFailure].some((kind) => cause instanceof kind);
    return isFromOutside ? { clusterIDs: [] } : undefined;
  }
}

type Claims = Pick<CreateRun, 'clusterIDs' | 'vanishedClusterID'>;

/** `undefined` if the create does not say which cluster it saw disappear. */
function claimedBy({ outcome, clusterID, failure, cleanup }: CreateClusterOutcome): Claims | undefined {
  const clusterIDs = cleanup?.status === 'kept' ? cleanup.clusterIDs : [];
  if (outcome === 'vanished' || failure?.type === 'DeletedByOthers') {
    return clusterID === undefined ? undefined : { clusterIDs, vanishedClusterID: clusterID };
  }
  if (outcome === 'running') return { clusterIDs: clusterID === undefined ? [] : [clusterID] };
  return { clusterIDs };
}

/** Temporal forgets runs up to half an hour after their retention, by chance. An hour allows for slow deletions, too. */
const retentionJitterMs = 3_600_000;

/**
 * How long ago a run may have closed so that Temporal surely still knows all later runs of the same create, one of which
 * may have adopted the cluster.
 */
async function fullMemoryMs(client: Client): Promise<number> {
  const { config } = await client.workflowService.describeNamespace({ namespace: client.options.namespace });
  const retentionMs = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) * 1000;
  return retentionMs === 0 ? Infinity : retentionMs - Math.min(retentionJitterMs, retentionMs / 2);
}
