import proto from '@temporalio/proto';
import type { Workflow } from '@temporalio/worker/lib/workflow/interface.js';
import { carryOut } from './commands.ts';
import { long, timestamp } from './long.ts';
import {
  status,
  type Activation,
  type Attempts,
  type Command,
  type Delays,
  type Failure,
  type Job,
  type Run,
  type Temporal,
} from './model.ts';
import type { Sandbox } from './sandbox.ts';
import type { VirtualTime } from './virtual-time.ts';

interface Parts {
  time: VirtualTime;
  sandbox: Sandbox;
  delays: Delays;
  newRunID: () => string;
  nextWorker: () => number;
  /** Histories longer than this are told to continue as new. */
  longHistory: number;
  attempts: (temporal: Temporal) => Attempts;
}

export function createTemporal({
  time,
  sandbox,
  delays,
  newRunID,
  nextWorker,
  longHistory,
  attempts,
}: Parts): Temporal {
  const runs: Run[] = [];
  const byID = new Map<string, Run>();

  const temporal: Temporal = {
    time,
    delays,
    runs,
    nextWorker,
    latest: (workflowID) => byID.get(workflowID),
    attempts: undefined as never,
    start(start, chain = {}) {
      const runID = newRunID();
      const run: Run = {
        ...start,
        runID,
        firstRunID: runID,
        originalRunID: runID,
        startedAtMs: time.nowMs(),
        status: status.running,
        jobs: [],
        isTaskDue: false,
        history: [],
        historyLength: 2,
        patches: new Set(),
        flags: new Set(),
        activities: new Map(),
        timers: new Map(),
        updates: new Map(),
        children: [],
        onClosed: [],
        ...chain,
      };
      runs.push(run);
      byID.set(run.workflowID, run);
      if (run.history.length === 0) temporal.addJob(run, { initializeWorkflow: initialisation(run) });
      return run;
    },
    addJob(run, job) {
      if (run.status !== status.running || run.broken !== undefined) return;
      run.jobs.push(job);
      run.historyLength++;
      if (run.isTaskDue) return;
      run.isTaskDue = true;
      time.after(delays.task(), () => runTask(run));
    },
    close(run, how) {
      Object.assign(run, how, { closedAtMs: time.nowMs() });
      for (const cancel of run.timers.values()) cancel();
      run.timers.clear();
      temporal.attempts.abandon(run);
      void unload(run);
      for (const { run: child, parentClosePolicy } of run.children) {
        if (child.status !== status.running || parentClosePolicy === 2) continue;
        if (parentClosePolicy === 3) temporal.addJob(child, { cancelWorkflow: {} });
        else temporal.close(child, { status: status.terminated });
      }
      if (how.status !== status.continuedAsNew) reportToParent(run);
      for (const { onChange } of run.updates.values()) for (const changed of onChange) changed();
      for (const closed of run.onClosed.splice(0)) closed();
    },
    async query(run, type, args) {
      const workflow = await load(run);
      const jobs = [{ queryWorkflow: { queryId: 'query', queryType: type, arguments: args } }];
      // The SDK tells the kinds of jobs apart by this class.
      const activation = proto.coresdk.workflow_activation.WorkflowActivation.fromObject({ runId: run.runID, jobs });
      const completion = await workflow.activate(activation);
      if (completion.failed) run.broken = `when asked for ${type}: ${messageOf(completion.failed.failure)}`;
      const answer = completion.successful?.commands?.[0]?.respondToQuery;
      if (answer?.succeeded) return answer.succeeded.response ? { payload: answer.succeeded.response } : {};
      return { error: (answer?.failed ?? completion.failed?.failure)?.message ?? 'the query failed' };
    },
    loseWorker(worker) {
      temporal.attempts.loseWorker(worker);
      for (const run of runs) if (run.loaded?.worker === worker) void unload(run);
    },
    async end() {
      for (const run of runs) await unload(run);
    },
  };
  temporal.attempts = attempts(temporal);
  return temporal;

  async function runTask(run: Run): Promise<void> {
    run.isTaskDue = false;
    if (run.status !== status.running || run.jobs.length === 0) return;
    const workflow = await load(run);
    const jobs = run.jobs.splice(0).toSorted((one, other) => rankOf(one) - rankOf(other));
    run.historyLength += 3;
    const activation: Activation = {
      runId: run.runID,
      timestamp: timestamp(time.nowMs()),
      isReplaying: false,
      historyLength: run.historyLength,
      historySizeBytes: long(run.historyLength * 500),
      continueAsNewSuggested: run.historyLength > longHistory,
      availableInternalFlags: [...run.flags],
      jobs,
    };
    const { successful, failed } = await workflow.activate(activation);
    for (const flag of successful?.usedInternalFlags ?? []) run.flags.add(flag);
    const commands = successful?.commands ?? [];
    run.history.push({ activation, commands: kindsOf(commands), decided: commands });
    if (failed) run.broken = messageOf(failed.failure);
    else await carryOut(temporal, run, commands);
  }

  /** The workflow in the memory of a worker, brought to where it was if the worker is a new one. */
  async function load(run: Run): Promise<Workflow> {
    if (run.loaded !== undefined) return run.loaded.workflow;
    const workflow = await sandbox.load(run);
    run.loaded = { workflow, worker: nextWorker() };
    for (const [index, { activation, commands }] of run.history.entries()) {
      const patches = index > 0 ? [] : [...run.patches].map((patchId) => ({ notifyHasPatch: { patchId } }));
      const jobs = [...patches, ...activation.jobs!];
      const flags = { availableInternalFlags: [...run.flags] };
      const { successful, failed } = await workflow.activate({ ...activation, ...flags, jobs, isReplaying: true });
      const repeated = kindsOf(successful?.commands ?? []);
      if (failed) run.broken = `when repeated: ${messageOf(failed.failure)}`;
      else if (repeated !== commands) run.broken = `when repeated: ${repeated} instead of ${commands}`;
    }
    return workflow;
  }

  async function unload(run: Run): Promise<void> {
    const { loaded } = run;
    delete run.loaded;
    await loaded?.workflow.dispose();
  }

  function reportToParent({ parent, result, failure, status: ended }: Run): void {
    if (parent === undefined) return;
    const cause = failure ?? { message: 'it was cancelled or terminated', canceledFailureInfo: {} };
    const outcome =
      ended === status.completed
        ? { completed: { result: result ?? null } }
        : { failed: { failure: { message: 'a child workflow failed', childWorkflowExecutionFailureInfo: {}, cause } } };
    temporal.addJob(parent.run, { resolveChildWorkflowExecution: { seq: parent.seq, result: outcome } });
  }
}

function initialisation(run: Run) {
  return {
    workflowType: run.type,
    workflowId: run.workflowID,
    arguments: run.input,
    headers: {},
    firstExecutionRunId: run.firstRunID,
    attempt: 1,
    startTime: timestamp(run.startedAtMs),
    memo: { fields: { ...run.memo } },
    searchAttributes: { indexedFields: { ...run.searchAttributes } },
  };
}

/** The order in which a worker hands over what has come at the same time. */
function rankOf(job: Job): number {
  if (job.initializeWorkflow || job.updateRandomSeed) return 0;
  return job.signalWorkflow || job.doUpdate ? 1 : 2;
}

/** What commands are about, to compare them when they are repeated. */
function kindsOf(commands: readonly Command[]): string {
  return commands
    .map((command) => Object.keys(command).filter((key) => key !== 'userMetadata' && key !== 'eventGroupMarkers'))
    .join();
}

function messageOf(failure: Failure | null | undefined): string {
  const encoded = failure?.encodedAttributes?.data;
  return failure?.message && !encoded ? failure.message : Buffer.from(encoded ?? '').toString() || 'it fails';
}
