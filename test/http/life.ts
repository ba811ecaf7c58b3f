import type { OperationStatus, Step } from '../../client/index.ts';
import { operationOf } from './hand-made.ts';

const updatedAt = '2026-11-28T01:00:05Z';

const stepsOf = (done: number): Step[] =>
  ['network', 'master', 'nodes'].map((name, index) => ({
    name,
    index: index + 1,
    total: 3,
    status: index < done ? 'done' : index === done ? 'doing' : 'todo',
    retryCount: index <= done ? 1 : 0,
  }));

/** A create that has done this number of its three steps. With four it has ended. */
export function at(done: number, clusterName = 'ci-1', more: Partial<OperationStatus> = {}): OperationStatus {
  if (done < 4) {
    const currentStep = { stage: 'provisioning' as const, steps: stepsOf(done), updatedAt };
    return operationOf(clusterName, { currentStep, ...more });
  }
  const outcome = { outcome: 'running' as const, clusterID: 'cce-11111111', steps: stepsOf(3) };
  return operationOf(clusterName, { execution: 'completed', outcome, ...more });
}

/** What a stream tells of the life of a create. */
export const life = [
  'ci-1: validating',
  'ci-1: submitting',
  'ci-1: provisioning',
  'ci-1: network doing',
  'ci-1: network done',
  'ci-1: master doing',
  'ci-1: master done',
  'ci-1: nodes doing',
  'ci-1: nodes done',
  'ci-1: running',
  'ci-1: {"outcome":"running","clusterID":"cce-11111111","steps"',
];
