import type { CurrentStep, FollowedOperation, Operation, OperationOutcome } from '../../../client/index.ts';
import type { WatchedStep } from '../../../temporal/executions/watched-step.ts';
import type { Described, FollowerCalls } from '../../../temporal/follow/follower-calls.ts';

export const scope = { account: 'default', region: 'bj' };
export const startedAt = '2026-11-28T01:00:00.000Z';

/** A create as Temporal has it. */
export interface Known extends Described {
  stage: CurrentStep['stage'];
  outcome?: OperationOutcome;
}

/** What the heartbeats of a watch tell after a number of reports. */
export function watchedStep(report: number, status = 'doing'): WatchedStep {
  const step = { name: 'network', index: report, total: 9, status, retryCount: 1 };
  const steps = [step];
  return {
    currentStep: { clusterID: 'cce-1', stage: 'provisioning', step, steps, updatedAt: startedAt },
    sequence: [1, 1, report],
  };
}

export function createOf(name: string, more: Partial<Operation> = {}): Known {
  const operation: Operation = {
    kind: 'create',
    workflowID: `cce:default:bj:${name}`,
    runID: `run-${name}`,
    clusterName: name,
    hasLease: false,
    leaseBegan: false,
    execution: 'running',
    startedAt,
    ...more,
  };
  return { operation, events: 3, stage: 'submitting' };
}

/** A Temporal of these creates, in pages of 1000. */
export function temporalOf(creates: Known[]) {
  const counts = { lists: 0, describes: 0, questions: 0, outcomes: 0, ends: 0 };
  let isAnswering = true;
  const find = ({ workflowID }: { workflowID: string }) =>
    creates.find(({ operation }) => operation.workflowID === workflowID);
  const calls: FollowerCalls = {
    listPage: async (_, __, token) => {
      counts.lists++;
      const from = token === undefined ? 0 : Number(Buffer.from(token).toString());
      const next = from + 1000 < creates.length ? Buffer.from(String(from + 1000)) : undefined;
      return { operations: creates.slice(from, from + 1000).map(({ operation }) => operation), next };
    },
    describe: async (reference) => {
      counts.describes++;
      return find(reference);
    },
    currentStep: async (reference) => {
      counts.questions++;
      return isAnswering ? { stage: find(reference)!.stage, steps: [], updatedAt: startedAt } : undefined;
    },
    outcome: async (reference) => {
      counts.outcomes++;
      return find(reference)?.outcome;
    },
    isRunning: async (run) => {
      counts.ends++;
      return find(run)?.operation.execution === 'running';
    },
  };
  return { calls, counts, answer: (answers: boolean) => (isAnswering = answers) };
}

export const stagesOf = (operations: readonly FollowedOperation[] | undefined) =>
  operations?.map(({ clusterName, execution, currentStep }) => [clusterName, currentStep?.stage ?? execution]);
