import { AsyncLocalStorage } from 'node:async_hooks';
import type { ConnectionLike } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { searchAttributeKeys } from '../../../contract/search-attributes.ts';
import { keywordType } from '../../../temporal/executions/start-searchable.ts';
import { describe, infoOf } from './describe.ts';
import { status, type Payload, type Run, type Update } from './model.ts';
import { long, timestamp } from './long.ts';
import { rpcError, rpcStatus } from './rpc-error.ts';
import type { Temporal } from './model.ts';
import { findRuns } from './visibility.ts';

type Service = temporal.api.workflowservice.v1.WorkflowService;
type Requests = temporal.api.workflowservice.v1.WorkflowService;

interface Execution {
  workflowId?: string | null;
  runId?: string | null;
}

/** What a call does while it lasts: a time limit, or a signal that ends it. */
interface Limits {
  untilMs?: number;
  signal?: AbortSignal;
}

// One for all runs: each more of them would slow down every promise of the process.
const limits = new AsyncLocalStorage<Limits>();

/** The connection of a client to the model: what the project's own code calls reaches it as it would reach a server. */
export function connectionTo(model: Temporal, delayMs: () => number): ConnectionLike {
  const { time } = model;

  function find({ workflowId, runId }: Execution): Run {
    const run = runId
      ? model.runs.find((each) => each.runID === runId && each.workflowID === workflowId)
      : model.latest(workflowId ?? '');
    if (run === undefined) throw rpcError(rpcStatus.notFound, `workflow not found for ID: ${workflowId}`);
    return run;
  }

  function findOpen(execution: Execution): Run {
    const run = find(execution);
    if (run.status !== status.running) throw rpcError(rpcStatus.notFound, 'workflow execution already completed');
    return run;
  }

  const methods = {
    async startWorkflowExecution(request: Parameters<Requests['startWorkflowExecution']>[0]) {
      const workflowID = request.workflowId!;
      const latest = model.latest(workflowID);
      if (latest?.status === status.running) {
        if (request.workflowIdConflictPolicy === 2) return { runId: latest.runID, started: false };
        throw rpcError(rpcStatus.alreadyExists, 'Workflow execution is already running');
      }
      if (latest !== undefined && request.workflowIdReusePolicy === 3) {
        throw rpcError(rpcStatus.alreadyExists, 'Workflow execution already finished');
      }
      const { runID } = model.start({
        workflowID,
        type: request.workflowType!.name!,
        taskQueue: request.taskQueue!.name!,
        input: request.input?.payloads ?? [],
        memo: { ...request.memo?.fields },
        searchAttributes: { ...request.searchAttributes?.indexedFields },
      });
      return { runId: runID, started: true };
    },
    async signalWorkflowExecution({
      workflowExecution,
      signalName,
      input,
    }: Parameters<Requests['signalWorkflowExecution']>[0]) {
      const run = findOpen(workflowExecution!);
      model.addJob(run, { signalWorkflow: { signalName: signalName!, input: input?.payloads ?? [], headers: {} } });
      return {};
    },
    async requestCancelWorkflowExecution({
      workflowExecution,
    }: Parameters<Requests['requestCancelWorkflowExecution']>[0]) {
      model.addJob(findOpen(workflowExecution!), { cancelWorkflow: {} });
      return {};
    },
    async terminateWorkflowExecution({ workflowExecution }: Parameters<Requests['terminateWorkflowExecution']>[0]) {
      model.close(findOpen(workflowExecution!), { status: status.terminated });
      return {};
    },
    async describeWorkflowExecution({ execution }: Parameters<Requests['describeWorkflowExecution']>[0]) {
      return describe(find(execution!));
    },
    async getWorkflowExecutionHistory({
      execution,
      waitNewEvent,
    }: Parameters<Requests['getWorkflowExecutionHistory']>[0]) {
      const run = find(execution!);
      // Who does not wait for the end reads the input.
      if (waitNewEvent !== true) return { history: { events: [startEvent(run)] }, nextPageToken: new Uint8Array() };
      while (run.status === status.running) await changed(run.onClosed);
      return { history: { events: [closeEvent(run)] }, nextPageToken: new Uint8Array() };
    },
    async getWorkflowExecutionHistoryReverse() {
      return { history: { events: [] } };
    },
    async queryWorkflow({ execution, query }: Parameters<Requests['queryWorkflow']>[0]) {
      const run = find(execution!);
      // After what the workflow has to learn first.
      const answer = await new Promise<{ payload?: Payload; error?: string }>((resolve, reject) => {
        time.after(0, () =>
          model.query(run, query!.queryType!, query!.queryArgs?.payloads ?? []).then(resolve, reject),
        );
      });
      if (answer.error !== undefined) throw rpcError(rpcStatus.invalidArgument, answer.error);
      return { queryResult: { payloads: answer.payload ? [answer.payload] : [] } };
    },
    async updateWorkflowExecution({ workflowExecution, request }: Parameters<Requests['updateWorkflowExecution']>[0]) {
      const run = findOpen(workflowExecution!);
      const updateId = request!.meta!.updateId!;
      const update: Update = { isAccepted: false, onChange: [] };
      run.updates.set(updateId, update);
      model.addJob(run, {
        doUpdate: {
          id: updateId,
          protocolInstanceId: updateId,
          name: request!.input!.name!,
          input: request!.input!.args?.payloads ?? [],
          headers: {},
          meta: { updateId, identity: 'somebody' },
          runValidator: true,
        },
      });
      await outcomeOf(run, update);
      const updateRef = { workflowExecution: { workflowId: run.workflowID, runId: run.runID }, updateId };
      return { updateRef, outcome: update.outcome, stage: update.outcome ? 3 : 2 };
    },
    async pollWorkflowExecutionUpdate({ updateRef }: Parameters<Requests['pollWorkflowExecutionUpdate']>[0]) {
      const run = find(updateRef!.workflowExecution!);
      const update = run.updates.get(updateRef!.updateId!)!;
      await outcomeOf(run, update);
      return { outcome: update.outcome, stage: 3 };
    },
    async listWorkflowExecutions({ query }: Parameters<Requests['listWorkflowExecutions']>[0]) {
      const found = findRuns(model.runs, query ?? '');
      return { executions: found.toReversed().map(infoOf), nextPageToken: new Uint8Array() };
    },
    async countWorkflowExecutions({ query }: Parameters<Requests['countWorkflowExecutions']>[0]) {
      return { count: long(findRuns(model.runs, query ?? '').length), groups: [] };
    },
    async describeNamespace() {
      return { config: { workflowExecutionRetentionTtl: { seconds: long(30 * 24 * 3_600) } } };
    },
    async describeTaskQueue() {
      return { pollers: [{}] };
    },
  };

  async function outcomeOf(run: Run, update: Update): Promise<void> {
    while (update.outcome === undefined) {
      if (run.status !== status.running) throw rpcError(rpcStatus.notFound, 'workflow execution already completed');
      await changed(update.onChange);
    }
  }

  /** Makes a call last as long as the explorer says, and no longer than the caller allows. */
  const limited = Object.fromEntries(
    Object.entries(methods as Record<string, (request: never) => Promise<unknown>>).map(([name, method]) => [
      name,
      (request: never) => {
        const { untilMs, signal } = limits.getStore() ?? {};
        return new Promise((resolve, reject) => {
          const stop = () => reject(rpcError(rpcStatus.cancelled, 'the call was cancelled'));
          const isTooLate = () => reject(rpcError(rpcStatus.deadlineExceeded, 'too late'));
          const callOff = untilMs === undefined ? undefined : time.after(untilMs - time.nowMs(), isTooLate);
          const send = () =>
            method(request)
              .then(resolve, reject)
              .finally(() => {
                // One signal may go on for thousands of calls.
                signal?.removeEventListener('abort', stop);
                callOff?.();
              });
          signal?.addEventListener('abort', stop);
          const laterMs = delayMs();
          if (laterMs === 0) void send();
          else time.after(laterMs, () => void send());
        });
      },
    ]),
  );

  return {
    workflowService: limited as unknown as Service,
    operatorService: {
      listSearchAttributes: async () => ({
        customAttributes: Object.fromEntries(Object.values(searchAttributeKeys).map(({ name }) => [name, keywordType])),
      }),
    } as never,
    plugins: [],
    close: async () => {},
    ensureConnected: async () => {},
    withDeadline: (deadline, work) => limits.run({ ...limits.getStore(), untilMs: Number(deadline) }, work),
    withMetadata: (_, work) => work(),
    withAbortSignal: (signal, work) => limits.run({ ...limits.getStore(), signal }, work),
  };
}

function changed(listeners: (() => void)[]): Promise<void> {
  return new Promise((resolve) => listeners.push(resolve));
}

function startEvent(run: Run): temporal.api.history.v1.IHistoryEvent {
  const eventTime = timestamp(run.startedAtMs);
  return { eventTime, workflowExecutionStartedEventAttributes: { input: { payloads: run.input } } };
}

function closeEvent(run: Run): temporal.api.history.v1.IHistoryEvent {
  const eventTime = timestamp(run.closedAtMs ?? 0);
  switch (run.status) {
    case status.completed:
      return {
        eventTime,
        workflowExecutionCompletedEventAttributes: { result: { payloads: run.result ? [run.result] : [] } },
      };
    case status.failed:
      return { eventTime, workflowExecutionFailedEventAttributes: { failure: run.failure ?? null, retryState: 2 } };
    case status.cancelled:
      return { eventTime, workflowExecutionCanceledEventAttributes: {} };
    case status.continuedAsNew:
      return {
        eventTime,
        workflowExecutionContinuedAsNewEventAttributes: { newExecutionRunId: run.continuedAs ?? '' },
      };
    default:
      return { eventTime, workflowExecutionTerminatedEventAttributes: { reason: 'by hand' } };
  }
}
