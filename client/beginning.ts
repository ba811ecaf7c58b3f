import type { Client } from '@temporalio/client';
import type { OperationReference, OperationStatus } from '../temporal/executions/operation.ts';
import { watchOperation } from './watch-operation.ts';

/** Longer than a create takes from its start to the answer of the service, unless many wait for their turn. */
const waitMs = 10_000;

/** Waits until the first look of an operation is over. {@link Orchestrator.beginning} describes it. */
export async function beginning(client: Client, operation: OperationReference): Promise<OperationStatus | undefined> {
  const untilMs = Date.now() + waitMs;
  const limit = AbortSignal.timeout(waitMs);
  let last: OperationStatus | undefined;
  try {
    for await (const status of watchOperation(client, operation, limit)) {
      last = status;
      if (hasBegun(status) || Date.now() > untilMs) break;
    }
  } catch (error) {
    if (!limit.aborted) throw error;
  }
  return last;
}

/** Whether it is known what an operation does: it works on a cluster, has ended, or says what it waits for. */
export function hasBegun({ kind, execution, currentStep, blockedBy }: OperationStatus): boolean {
  if (execution !== 'running' || blockedBy !== undefined) return true;
  if (currentStep === undefined) return false;
  const { stage, phase, waitsFor, pollTrouble } = currentStep;
  if (waitsFor !== undefined || pollTrouble !== undefined) return true;
  // It ends while it is looked at. The next look has its outcome.
  if (stage === 'done') return false;
  // A delete has the clusterID before it has looked whether it may delete the cluster; a watch then tells the phase.
  return kind === 'delete' ? phase !== undefined : stage !== 'validating' && stage !== 'submitting';
}
