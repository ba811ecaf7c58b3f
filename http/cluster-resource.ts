import type { AccountRegion, Operation, OperationStatus } from '../client/index.ts';
import { listedOperation, operationResource, scopePath } from './operation-resource.ts';
import type { ClusterResource } from './schemas/operation.ts';

/** Shows a cluster by the latest operation on it. */
export function clusterResource(scope: AccountRegion, status: OperationStatus): ClusterResource {
  const { clusterName, refusedCreate, currentStep, outcome } = status;
  const clusterID = status.clusterID ?? outcome?.clusterID;
  return {
    ...shared(scope, { ...status, ...(clusterID !== undefined && { clusterID }) }, clusterName),
    state: clusterState(status),
    ...(currentStep?.expiresAt !== undefined && { expiresAt: currentStep.expiresAt }),
    operation: operationResource(scope, status),
    ...(refusedCreate !== undefined && { refusedCreate: { ...refusedCreate } }),
  };
}

/** Shows a cluster as a list of operations knows it. */
export function listedCluster(scope: AccountRegion, operation: Operation): ClusterResource {
  const { kind, execution, leaseBegan, leaving = false } = operation;
  const underWay = kind === 'delete' || leaving ? 'deleting' : leaseBegan ? 'running' : 'creating';
  return {
    ...shared(scope, operation, operation.clusterName),
    ...(execution === 'running' && { state: underWay }),
    operation: listedOperation(scope, operation),
  };
}

function shared(
  scope: AccountRegion,
  {
    clusterID,
    forbidDelete,
    protectionUnclear,
  }: Pick<Operation, 'clusterID' | 'forbidDelete'> & Pick<OperationStatus, 'protectionUnclear'>,
  clusterName: string | undefined,
) {
  return {
    name: `${scopePath(scope)}/clusters/${clusterName ?? clusterID ?? ''}`,
    ...(clusterName !== undefined && { clusterName }),
    ...(clusterID !== undefined && { clusterID }),
    ...(forbidDelete !== undefined && { forbidDelete }),
    ...(protectionUnclear !== undefined && { protectionUnclear }),
  };
}

/** What is known of a cluster, by the latest operation on it. What is left of a cluster counts as `failed`. */
export function clusterState(status: OperationStatus): NonNullable<ClusterResource['state']> {
  const { kind, execution, outcome, currentStep, leaseBegan, leaving = false } = status;
  if (execution === 'running') {
    if (kind === 'delete' || leaving) return 'deleting';
    const stage = currentStep?.stage;
    if (stage === 'running' || (stage === undefined && leaseBegan)) return 'running';
    return stage === 'cleaningUp' || stage === 'deleting' ? 'deleting' : 'creating';
  }
  switch (outcome?.outcome) {
    case 'running':
      return 'running';
    case 'deleted':
    case 'absent':
    case 'vanished':
      return 'absent';
    case 'expired':
    case 'failed':
    case 'cancelled':
      return kind === 'create' ? stateAfterCleanup(outcome) : 'unknown';
    case undefined:
      return 'unknown';
  }
}

function stateAfterCleanup(outcome: NonNullable<OperationStatus['outcome']>): 'absent' | 'failed' {
  const cleanup = 'cleanup' in outcome ? outcome.cleanup?.status : undefined;
  return cleanup === 'kept' || cleanup === 'incomplete' ? 'failed' : 'absent';
}
