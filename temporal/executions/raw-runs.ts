import { isGrpcServiceError, type Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { grpcStatus } from '../grpc-status.ts';
import { decodePayloads } from './decode-payloads.ts';
import { isOpen } from './is-open.ts';

/** A run as Temporal describes it, without its memo. */
export interface RawRun {
  workflowID: string;
  runID: string;
  /** The first run of its chain. A run that continues as new, or is reset, keeps it. */
  firstRunID: string;
  workflowType: string;
  isRunning: boolean;
  /** As the SDK names it. */
  status: (typeof statusNames)[number];
  /** When the run began, in milliseconds since the epoch. */
  startedAtMs: number;
  /** When the run ended, in milliseconds since the epoch. Absent while it is open. */
  closedAtMs?: number;
  /** The run has ended, and its chain goes on or has ended since. */
  isContinued: boolean;
}

/** A run of a list, whose memo is decoded only when it is asked for. */
export type ListedRun = RawRun & { memo: () => Promise<Record<string, unknown> | undefined> };

type Info = temporal.api.workflow.v1.IWorkflowExecutionInfo;

/**
 * Describes a run, by default the latest, without decoding anything: a memo that this process has no key for must not hide
 * whether the run goes on. `undefined` if Temporal does not know it, or no longer does.
 */
export async function describeRawRun(client: Client, workflowID: string, runID?: string): Promise<RawRun | undefined> {
  try {
    const { workflowExecutionInfo } = await client.workflowService.describeWorkflowExecution({
      namespace: client.options.namespace,
      execution: { workflowId: workflowID, ...(runID !== undefined && { runId: runID }) },
    });
    return workflowExecutionInfo ? toRawRun(workflowExecutionInfo) : undefined;
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === grpcStatus.notFound) return undefined;
    throw error;
  }
}

/**
 * Lists runs. Decodes a memo only when it is asked for, so that one that this process has no key for holds up nobody.
 *
 * `memo` is `undefined` if it cannot be decoded.
 */
export async function* listRawRuns(client: Client, query: string, pageSize = 1000): AsyncGenerator<ListedRun, void> {
  let token: Uint8Array | undefined;
  do {
    const page = await listRawPage(client, query, token, pageSize);
    yield* page.runs;
    token = page.next;
  } while (token !== undefined);
}

/** Lists one page of runs, as {@link listRawRuns} does. `next` is the token of the page after it, if there is one. */
export async function listRawPage(
  client: Client,
  query: string,
  token: Uint8Array | undefined,
  pageSize = 1000,
): Promise<{ runs: ListedRun[]; next: Uint8Array | undefined }> {
  const { executions, nextPageToken } = await client.workflowService.listWorkflowExecutions({
    namespace: client.options.namespace,
    query,
    pageSize,
    ...(token !== undefined && { nextPageToken: token }),
  });
  return {
    runs: executions.map((info) => ({ ...toRawRun(info), memo: () => decodeMemo(client, info) })),
    next: nextPageToken !== undefined && nextPageToken !== null && nextPageToken.length > 0 ? nextPageToken : undefined,
  };
}

function toRawRun({ execution, firstRunId, type, status, startTime, closeTime }: Info): RawRun {
  const runID = execution?.runId ?? '';
  return {
    workflowID: execution?.workflowId ?? '',
    runID,
    // Lists do not tell it. There it is the run itself, if nothing continued in it.
    firstRunID: firstRunId || runID,
    workflowType: type?.name ?? '',
    startedAtMs: toMilliseconds(startTime ?? {}),
    ...(closeTime && { closedAtMs: toMilliseconds(closeTime) }),
    status: statusNames[status ?? 0] ?? 'UNSPECIFIED',
    isRunning: isOpen(statusNames[status ?? 0] ?? ''),
    isContinued: status === statusNames.indexOf('CONTINUED_AS_NEW'),
  };
}

/** `WorkflowExecutionStatus` of Temporal's API, in its order. */
const statusNames = [
  'UNSPECIFIED',
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'TERMINATED',
  'CONTINUED_AS_NEW',
  'TIMED_OUT',
  'PAUSED',
] as const;

function toMilliseconds({ seconds, nanos }: { seconds?: unknown; nanos?: number | null }): number {
  return Number(seconds ?? 0) * 1000 + Math.floor((nanos ?? 0) / 1e6);
}

async function decodeMemo(client: Client, { execution, memo }: Info): Promise<Record<string, unknown> | undefined> {
  const fields = Object.entries(memo?.fields ?? {});
  try {
    const encoded = fields.map(([, payload]) => payload);
    const values = await decodePayloads(client, execution?.workflowId ?? '', encoded);
    return Object.fromEntries(fields.map(([name], position) => [name, values[position]]));
  } catch {
    return undefined;
  }
}
