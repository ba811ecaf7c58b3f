import type { Client } from '@temporalio/client';
import type { ReportedStep } from '../../contract/current-step.ts';
import type { AccountRegion } from '../../contract/identity.ts';
import type { OperationOutcome } from '../../contract/operation-outcome.ts';
import { blockOf, mayBeHeldUp, type BlockedBy } from '../executions/blocked-by.ts';
import { describeRun } from '../executions/describe-run.ts';
import { isIn, operationsOf, toListed } from '../executions/list-operations.ts';
import { toOperation, type Operation, type OperationReference } from '../executions/operation.ts';
import { outcomeOfClosedRun } from '../executions/outcome-of-run.ts';
import { queryReportedStep } from '../executions/query-if-answered.ts';
import { describeRawRun, listRawPage } from '../executions/raw-runs.ts';
import { watchedStepOf, type WatchedStep } from '../executions/watched-step.ts';
import type { FollowedRun } from './followed-operation.ts';

/** An operation as Temporal describes it. */
export interface Described {
  operation: Operation;
  /** Grows with all that happens to it. */
  events: number;
  /** How far it has got, if the description tells. */
  watched?: WatchedStep | undefined;
  /** There is reason to doubt that workers run it. */
  mayBeHeldUp?: boolean;
  /** Finds out what holds it up. `isAnswered`: whether a worker has just answered a question; absent if nobody asked. */
  block?: (isAnswered?: boolean) => Promise<BlockedBy | undefined>;
}

/** What a follower asks Temporal. */
export interface FollowerCalls {
  /** One page of the operations of a scope: those under way, and those that have ended since. */
  listPage: (
    scope: AccountRegion,
    endedSince: Date,
    token: Uint8Array | undefined,
  ) => Promise<{ operations: Operation[]; next: Uint8Array | undefined }>;
  /** Describes a run, or the last one of its chain. */
  describe: (reference: OperationReference) => Promise<Described | undefined>;
  currentStep: (reference: OperationReference) => Promise<ReportedStep | undefined>;
  outcome: (reference: OperationReference) => Promise<OperationOutcome | undefined>;
  /** Whether a run of any workflow is under way. */
  isRunning: (run: FollowedRun) => Promise<boolean>;
}

/** Asks Temporal what a follower needs to know. No call may hang: others wait for its place. */
export function followerCalls(client: Client): FollowerCalls {
  const limited = <Result>(call: () => Promise<Result>) => client.withDeadline(Date.now() + callMs, call);
  return {
    async listPage(scope, endedSince, token) {
      const query = `${operationsOf(scope)} AND (ExecutionStatus = 'Running' OR CloseTime > '${endedSince.toISOString()}')`;
      const { runs, next } = await limited(() => listRawPage(client, query, token));
      const own = runs.filter((run) => isIn(scope, run));
      return { operations: await Promise.all(own.map(async (run) => toListed(run, await run.memo()))), next };
    },
    async describe({ workflowID, runID }) {
      const run = await limited(() => describeRun(client, workflowID, runID));
      if (run === undefined) return undefined;
      const operation = toOperation(run);
      return {
        operation,
        events: run.historyLength,
        watched: operation.execution === 'running' ? await watchedStepOf(client, run) : undefined,
        mayBeHeldUp: mayBeHeldUp(run, Date.now()),
        block: (isAnswered) => limited(() => blockOf(client, run, isAnswered)),
      };
    },
    currentStep: ({ workflowID, runID }) => queryReportedStep(client, client.workflow.getHandle(workflowID, runID)),
    async isRunning({ workflowID, runID }) {
      const run = await limited(() => describeRawRun(client, workflowID, runID));
      return run !== undefined && (run.isRunning || run.isContinued);
    },
    outcome: (reference) => limited(() => outcomeOfClosedRun(client, reference)),
  };
}

const callMs = 10_000;
