import { isGrpcServiceError, WorkflowFailedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import type { CreateClusterOutcome } from '../../contract/create.ts';
import type { CreateRun } from '../../contract/reconcile.ts';
import { workflowTypes } from '../../contract/workflow-types.ts';
import { PayloadDecryptionError } from '../../temporal/encryption/payload-decryption-error.ts';
import { grpcStatus } from '../../temporal/grpc-status.ts';

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

/** A run as Temporal tells of it. No memo is read: one that this worker has no key for would fail the whole sweep. */
interface KnownRun {
  runID: string;
  firstRunID: string;
  /** Absent while the run is open. */
  closedAtMs?: number;
}

async function runsOf(client: Client, workflowID: string, fadedBeforeMs: number): Promise<CreateRun[]> {
  const listed = await listRuns(client, workflowID);
  // The list lags behind: it does not show a create that began a moment ago, which may adopt the cluster.
  const current = await currentRun(client, workflowID);
  if (current === undefined) {
    return listed.map(({ firstRunID }) => ({ ...claimless(workflowID, firstRunID), isUncertain: true }));
  }
  const known = [...listed.filter(({ runID }) => runID !== current.runID), current];
  const open = known.filter(({ closedAtMs }) => closedAtMs === undefined);
  if (open.length > 0) return open.map(({ firstRunID }) => ({ ...claimless(workflowID, firstRunID), isRunning: true }));

  const runs: CreateRun[] = [];
  for (const { runID, firstRunID, closedAtMs = 0 } of known) {
    const clusterIDs = await claimsOf(client, workflowID, runID);
    const isUncertain = clusterIDs === undefined || closedAtMs < fadedBeforeMs;
    runs.push({
      ...claimless(workflowID, firstRunID),
      ...(clusterIDs !== undefined && { clusterIDs }),
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
async function claimsOf(client: Client, workflowID: string, runID: string): Promise<string[] | undefined> {
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
    return isFromOutside ? [] : undefined;
  }
}

function claimedBy(outcome: CreateClusterOutcome): string[] {
  if (outcome.outcome === 'running') return outcome.clusterID === undefined ? [] : [outcome.clusterID];
  return outcome.cleanup?.status === 'kept' ? outcome.cleanup.clusterIDs : [];
}

async function listRuns(client: Client, workflowID: string): Promise<KnownRun[]> {
  const { namespace } = client.options;
  const query = `WorkflowId = '${workflowID}' AND WorkflowType = '${workflowTypes.createCluster}'`;
  const runs: KnownRun[] = [];
  for (let nextPageToken: Uint8Array | undefined; ;) {
    const page = await client.workflowService.listWorkflowExecutions({
      namespace,
      query,
      ...(nextPageToken !== undefined && { nextPageToken }),
    });
    runs.push(...page.executions.map(toKnownRun));
    ({ nextPageToken } = page);
    if (nextPageToken === undefined || nextPageToken.length === 0) return runs;
  }
}

/** The open or latest run, as the server itself knows it. */
async function currentRun(client: Client, workflowID: string): Promise<KnownRun | undefined> {
  try {
    const { workflowExecutionInfo: info } = await client.workflowService.describeWorkflowExecution({
      namespace: client.options.namespace,
      execution: { workflowId: workflowID },
    });
    return info?.type?.name === workflowTypes.createCluster ? toKnownRun(info) : undefined;
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === grpcStatus.notFound) return undefined;
    throw error;
  }
}

/** Lists do not tell the first run of a chain. There it is the run itself, if nothing continued in it. */
function toKnownRun({ execution, firstRunId, closeTime }: temporal.api.workflow.v1.IWorkflowExecutionInfo): KnownRun {
  const runID = execution?.runId ?? '';
  return { runID, firstRunID: firstRunId || runID, ...(closeTime && { closedAtMs: Number(closeTime.seconds) * 1000 }) };
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
