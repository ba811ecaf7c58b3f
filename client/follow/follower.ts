import { AsyncResource } from 'node:async_hooks';
import pLimit from 'p-limit';
import type { AccountRegion } from '../../contract/identity.ts';
import type { CurrentStep } from '../../contract/current-step.ts';
import type { Operation, OperationOutcome, OperationReference, OperationStatus } from '../operation.ts';

/** An operation as a follower knows it. Without a current step and an outcome, nobody has answered for it yet. */
export type FollowedOperation = Operation &
  Pick<OperationStatus, 'currentStep' | 'outcome'> & {
    /** It has ended, and its outcome has not been read yet. */
    awaitsOutcome?: true;
  };

/** Watches any number of operations for any number of consumers, at a cost that depends on neither. */
export interface Follower {
  /**
   * Follows one operation.
   *
   * @param onChange Called with each state, the present one included. Without an operation: Temporal does not know it.
   * @returns A function that ends it.
   */
  operation: (
    reference: OperationReference,
    onChange: (operation: FollowedOperation | undefined) => void,
  ) => () => void;
  /**
   * Follows all operations of an account and region: those under way, and those that have ended a short time ago.
   *
   * @param onChange Called after each look at which something has changed, and after the first.
   * @returns A function that ends it.
   */
  scope: (scope: AccountRegion, onChange: (operations: readonly FollowedOperation[]) => void) => () => void;
}

/** What a follower asks Temporal. */
export interface FollowerCalls {
  /** One page of the operations of a scope: those under way, and those that have ended since. */
  listPage: (
    scope: AccountRegion,
    endedSince: Date,
    token: Uint8Array | undefined,
  ) => Promise<{ operations: Operation[]; next: Uint8Array | undefined }>;
  /** Describes a run, or the last one of its chain. `events` grows with all that happens to it. */
  describe: (reference: OperationReference) => Promise<{ operation: Operation; events: number } | undefined>;
  currentStep: (reference: OperationReference) => Promise<CurrentStep | undefined>;
  outcome: (reference: OperationReference) => Promise<OperationOutcome | undefined>;
}

export interface FollowerOptions {
  /** The pause between two rounds, in milliseconds. @default 500 */
  pauseMs?: number;
  /** Called when a round fails. The next one tries again. */
  onError?: (error: unknown) => void;
}

/** The maximum number of runs that a round describes. With its one page, that is two pages and a hundred runs a second. */
const describesPerRound = 50;
const callsAtOnce = 10;
/** No run is described, and no scope is listed, more often than this. */
const lookAgainMs = 1_000;
/** For how long an operation that has ended is listed still. Longer than lists lag, and than a consumer takes to come back. */
export const endedForMs = 5 * 60_000;

interface Entry {
  operation: FollowedOperation;
  /** The number of events of its history when its current step was read. */
  events: number;
  describedAtMs: number;
  /** The current step could not be read, or the outcome: it is tried again then. */
  unansweredUntilMs: number;
  isFinal: boolean;
}

interface ScopeFollow {
  scope: AccountRegion;
  listeners: Set<(operations: readonly FollowedOperation[]) => void>;
  entries: Map<string, Entry>;
  /** The pages of the pass that is under way. */
  pass?: { token: Uint8Array | undefined; found: Set<string> };
  listedAtMs: number;
  isComplete: boolean;
  hasChanged: boolean;
}

interface RunFollow {
  reference: OperationReference;
  listeners: Set<(operation: FollowedOperation | undefined) => void>;
  entry?: Entry;
  describedAtMs: number;
}

/**
 * Creates a follower. One loop serves all consumers. It asks an operation for its current step only if its history has grown
 * since: such a question is one action, and wakes the workflow.
 */
export function createFollower(
  calls: FollowerCalls,
  { pauseMs = 500, onError = () => {} }: FollowerOptions = {},
): Follower {
  const scopes = new Map<string, ScopeFollow>();
  const runs = new Map<string, RunFollow>();
  const limit = pLimit(callsAtOnce);
  let isLooping = false;
  // The loop outlives the request that starts it, and must not take over its time limit.
  const outside = new AsyncResource('follower');

  async function loop(): Promise<void> {
    while (scopes.size > 0 || runs.size > 0) {
      try {
        await round();
      } catch (error) {
        onError(error);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    isLooping = false;
  }

  function start(): void {
    if (isLooping) return;
    isLooping = true;
    outside.runInAsyncScope(() => void loop());
  }

  async function round(): Promise<void> {
    const nowMs = Date.now();
    const ends = await Promise.allSettled([listNextPage(nowMs), ...due(nowMs).map((look) => limit(look))]);
    for (const follow of scopes.values()) tellScope(follow);
    const failed = ends.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  /** Lists one page of the scope that has waited longest. */
  async function listNextPage(nowMs: number): Promise<void> {
    const [follow] = [...scopes.values()]
      .filter(({ pass, listedAtMs }) => pass !== undefined || nowMs - listedAtMs >= lookAgainMs)
      .toSorted((left, right) => left.listedAtMs - right.listedAtMs);
    if (follow === undefined) return;
    follow.listedAtMs = nowMs;
    const pass = (follow.pass ??= { token: undefined, found: new Set() });
    const { operations, next } = await calls.listPage(follow.scope, new Date(nowMs - endedForMs), pass.token);
    for (const operation of operations) {
      const key = chainOf(operation);
      pass.found.add(key);
      noteListed(follow, key, operation);
    }
    pass.token = next;
    if (next !== undefined) return;
    delete follow.pass;
    for (const [key, { isFinal }] of follow.entries) if (isFinal && !pass.found.has(key)) follow.entries.delete(key);
    if (!follow.isComplete) follow.hasChanged = true;
    follow.isComplete = true;
  }

  function noteListed(follow: ScopeFollow, key: string, operation: Operation): void {
    const entry = follow.entries.get(key);
    if (entry === undefined) {
      const listed: FollowedOperation =
        operation.execution === 'running' ? operation : { ...operation, awaitsOutcome: true };
      follow.entries.set(key, {
        operation: listed,
        events: -1,
        describedAtMs: 0,
        unansweredUntilMs: 0,
        isFinal: false,
      });
      follow.hasChanged = true;
      return;
    }
    // A list lags behind a description.
    if (entry.operation.execution === 'running' && operation.execution !== 'running') entry.describedAtMs = 0;
  }

  /** The looks that are due, those that have waited longest first. */
  function due(nowMs: number): (() => Promise<void>)[] {
    const wanted = [
      ...[...scopes.values()].flatMap((follow) =>
        Array.from(follow.entries.values(), (entry) => ({
          atMs: entry.describedAtMs,
          isDue: isDue(entry, nowMs),
          look: () => lookAt(entry, entry.operation, () => (follow.hasChanged = true)),
        })),
      ),
      ...Array.from(runs.values(), (follow) => ({
        atMs: follow.describedAtMs,
        isDue: follow.entry === undefined ? nowMs - follow.describedAtMs >= lookAgainMs : isDue(follow.entry, nowMs),
        look: () => lookAtRun(follow),
      })),
    ];
    return wanted
      .filter(({ isDue: dueNow }) => dueNow)
      .toSorted((left, right) => left.atMs - right.atMs)
      .slice(0, describesPerRound)
      .map(({ look }) => look);
  }

  async function lookAtRun(follow: RunFollow): Promise<void> {
    follow.describedAtMs = Date.now();
    const tell = () => {
      for (const listener of follow.listeners) listener(follow.entry?.operation);
    };
    if (follow.entry !== undefined) return lookAt(follow.entry, follow.reference, tell);
    const found = await calls.describe(follow.reference);
    if (found === undefined) return tell();
    follow.entry = { operation: found.operation, events: -1, describedAtMs: 0, unansweredUntilMs: 0, isFinal: false };
    tell();
    return lookAt(follow.entry, follow.reference, tell, found);
  }

  async function lookAt(
    entry: Entry,
    reference: OperationReference,
    onChange: () => void,
    known?: { operation: Operation; events: number },
  ): Promise<void> {
    entry.describedAtMs = Date.now();
    // Until an answer says otherwise: one that always fails must not take the turn of the others.
    entry.unansweredUntilMs = entry.describedAtMs + unansweredMs;
    const found = known ?? (await calls.describe(reference));
    if (found === undefined) {
      // Temporal has removed it.
      entry.isFinal = true;
      return;
    }
    const { operation, events } = found;
    const isRunning = operation.execution === 'running';
    if (isRunning && events === entry.events) {
      entry.unansweredUntilMs = 0;
      return;
    }
    const read = { workflowID: operation.workflowID, runID: operation.runID };
    const currentStep = isRunning ? await calls.currentStep(read) : undefined;
    const outcome = isRunning ? undefined : await calls.outcome(read);
    // No worker answers. A question takes seconds then.
    if (isRunning && currentStep === undefined) return;
    entry.unansweredUntilMs = 0;
    entry.events = events;
    entry.isFinal = !isRunning;
    const clusterID = currentStep?.clusterID ?? outcome?.clusterID ?? operation.clusterID;
    entry.operation = {
      ...operation,
      ...(clusterID !== undefined && { clusterID }),
      ...(currentStep !== undefined && { currentStep }),
      ...(outcome !== undefined && { outcome }),
    };
    onChange();
  }

  function tellScope(follow: ScopeFollow): void {
    if (!follow.isComplete || !follow.hasChanged) return;
    follow.hasChanged = false;
    const operations = Array.from(follow.entries.values(), ({ operation }) => operation);
    for (const listener of follow.listeners) listener(operations);
  }

  return {
    operation(reference, onChange) {
      const key = `${reference.workflowID} ${reference.runID}`;
      const follow = runs.get(key) ?? { reference, listeners: new Set(), describedAtMs: 0 };
      runs.set(key, follow);
      follow.listeners.add(onChange);
      if (follow.entry !== undefined) onChange(follow.entry.operation);
      start();
      return () => {
        follow.listeners.delete(onChange);
        if (follow.listeners.size === 0) runs.delete(key);
      };
    },
    scope(scope, onChange) {
      const key = `${scope.account}/${scope.region}`;
      const follow: ScopeFollow = scopes.get(key) ?? {
        scope,
        listeners: new Set(),
        entries: new Map(),
        listedAtMs: 0,
        isComplete: false,
        hasChanged: false,
      };
      scopes.set(key, follow);
      follow.listeners.add(onChange);
      if (follow.isComplete) onChange(Array.from(follow.entries.values(), ({ operation }) => operation));
      start();
      return () => {
        follow.listeners.delete(onChange);
        if (follow.listeners.size === 0) scopes.delete(key);
      };
    },
  };
}

const unansweredMs = 10_000;

function isDue({ isFinal, describedAtMs, unansweredUntilMs }: Entry, nowMs: number): boolean {
  return !isFinal && nowMs - describedAtMs >= lookAgainMs && nowMs >= unansweredUntilMs;
}

/** The same for all runs of a create that goes on in new runs. */
export function chainOf({ workflowID, startedAt }: Pick<Operation, 'workflowID' | 'startedAt'>): string {
  return `${workflowID} ${startedAt}`;
}
