import type { coresdk, temporal } from '@temporalio/proto';
import type { Workflow } from '@temporalio/worker/lib/workflow/interface.js';
import type { VirtualTime, WorkerLife } from './virtual-time.ts';

export type Payload = temporal.api.common.v1.IPayload;
export type Failure = temporal.api.failure.v1.IFailure;
export type Activation = coresdk.workflow_activation.IWorkflowActivation;
export type Job = coresdk.workflow_activation.IWorkflowActivationJob;
export type Command = coresdk.workflow_commands.IWorkflowCommand;

/** `WorkflowExecutionStatus` of Temporal's API. */
export const status = {
  running: 1,
  completed: 2,
  failed: 3,
  cancelled: 4,
  terminated: 5,
  continuedAsNew: 6,
  timedOut: 7,
} as const;

/** How long things take that the explorer decides, in milliseconds. */
export interface Delays {
  /** Until a worker takes a workflow's task. */
  task: () => number;
  /** Until a worker takes an activity's task. */
  attempt: (type: string) => number;
}

/**
 * As much of Temporal as the project uses, in the memory of this process: what real workflows, activities and clients
 * cannot tell from a server, except that the same decisions always lead to the same history.
 */
export interface Temporal {
  time: VirtualTime;
  delays: Delays;
  /** All runs, oldest first. */
  runs: Run[];
  start: (start: RunStart, chain?: Partial<Run>) => Run;
  latest: (workflowID: string) => Run | undefined;
  /** Tells a workflow something. */
  addJob: (run: Run, job: Job) => void;
  close: (run: Run, how: Partial<Run> & { status: number }) => void;
  query: (run: Run, type: string, args: Payload[]) => Promise<{ payload?: Payload; error?: string }>;
  /** Begins, cancels and ends the attempts of activities. */
  attempts: Attempts;
  /** Drops all that a worker has in its memory, and replaces it by an empty one. */
  loseWorker: (worker: number) => void;
  /** Which worker takes the next task. */
  nextWorker: () => number;
  /** Frees the memory that workflows use. */
  end: () => Promise<void>;
}

export interface Attempts {
  schedule: (run: Run, command: ScheduleCommand) => void;
  requestCancel: (run: Run, seq: number) => void;
  /** Its run has closed. */
  abandon: (run: Run) => void;
  runLocal: (run: Run, command: ScheduleCommand) => void;
  loseWorker: (worker: number) => void;
  /** Asks the attempts of a worker to end, as one that is shut down does. */
  shutDown: (worker: number) => void;
}

export type ScheduleCommand = coresdk.workflow_commands.IScheduleActivity;

/** What starts a run. */
export interface RunStart {
  workflowID: string;
  type: string;
  taskQueue: string;
  input: Payload[];
  memo: Record<string, Payload>;
  searchAttributes: Record<string, Payload>;
}

/** A run of a workflow, with all that Temporal keeps of it. */
export interface Run extends RunStart {
  runID: string;
  firstRunID: string;
  /** The run whose random numbers it repeats: another one after a reset. */
  originalRunID: string;
  continuedFrom?: string;
  startedAtMs: number;
  closedAtMs?: number;
  status: number;
  result?: Payload;
  failure?: Failure;
  continuedAs?: string;
  /** What its workflow has not learned of yet. */
  jobs: Job[];
  isTaskDue: boolean;
  /** All that its workflow has learned, in order: enough to bring it back to where it is. */
  history: { activation: Activation; commands: string; decided: readonly Command[] }[];
  historyLength: number;
  patches: Set<string>;
  flags: Set<number>;
  /** Its workflow in the memory of a worker. */
  loaded?: { workflow: Workflow; worker: number };
  /** Why its workflow cannot go on. */
  broken?: string;
  activities: Map<number, PendingActivity>;
  timers: Map<number, () => void>;
  updates: Map<string, Update>;
  parent?: { run: Run; seq: number };
  children: { run: Run; parentClosePolicy: number }[];
  onClosed: (() => void)[];
}

export interface Update {
  isAccepted: boolean;
  outcome?: temporal.api.update.v1.IOutcome;
  onChange: (() => void)[];
}

/** An activity that a run waits for. */
export interface PendingActivity {
  run: Run;
  seq: number;
  activityID: string;
  type: string;
  input: Payload[];
  scheduledAtMs: number;
  attempt: number;
  startToCloseMs: number;
  heartbeatMs: number;
  /** When it fails whatever it does. */
  untilMs: number;
  retry: { initialMs: number; coefficient: number; maximumMs: number; attempts: number; nonRetryable: string[] };
  /** What its last heartbeat that reached Temporal carried. */
  details?: unknown;
  lastFailure?: Failure;
  isCancelRequested: boolean;
  /** The attempt that a worker works on. */
  started?: Attempt;
  /** Calls off what is planned for it. */
  timers: Set<() => void>;
  isWaitedFor: boolean;
}

/** An attempt in the memory of a worker. */
export interface Attempt {
  activity: PendingActivity;
  attempt: number;
  worker: number;
  life: WorkerLife;
  startedAtMs: number;
  cancel: (reason: 'CANCELLED' | 'NOT_FOUND' | 'TIMED_OUT' | 'WORKER_SHUTDOWN') => void;
  timers: Set<() => void>;
}

export function durationMs(duration: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  if (!duration) return Infinity;
  const ms = Number(duration.seconds ?? 0) * 1000 + (duration.nanos ?? 0) / 1e6;
  return ms === 0 ? Infinity : ms;
}
