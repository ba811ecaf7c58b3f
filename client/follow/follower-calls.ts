import type { Client } from '@temporalio/client';
import { describeRun } from '../../temporal/executions/describe-run.ts';
import { outcomeOfClosedRun } from '../../temporal/executions/outcome-of-run.ts';
import { queryCurrentStep } from '../../temporal/executions/query-if-answered.ts';
import { listRawPage } from '../../temporal/executions/raw-runs.ts';
import { isIn, operationsOf, toListed } from '../find-operation.ts';
import { toOperation } from '../operation.ts';
import type { FollowerCalls } from './follower.ts';

/** Asks Temporal what a follower needs to know. No call may hang: a round waits for all of them. */
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
      return run && { operation: toOperation(run), events: run.historyLength };
    },
    currentStep: ({ workflowID, runID }) => queryCurrentStep(client, client.workflow.getHandle(workflowID, runID)),
    outcome: (reference) => limited(() => outcomeOfClosedRun(client, reference)),
  };
}

const callMs = 10_000;
