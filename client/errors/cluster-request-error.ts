import type { OperationFailure } from '../../contract/operation-failure.ts';
import { OrchestratorError, type OrchestratorErrorKind } from '../../temporal/orchestrator-error.ts';

/** Thrown when a worker could not do what was asked of one cluster. `failure` says why; its `type` is stable. */
export class ClusterRequestError extends OrchestratorError {
  override readonly name = 'ClusterRequestError';
  readonly kind: OrchestratorErrorKind;
  readonly failure: OperationFailure;

  constructor(failure: OperationFailure) {
    const { type, message, advice } = failure;
    super(advice === undefined ? message : `${message}; ${advice}`);
    this.kind = kinds[type] ?? 'refused';
    this.failure = failure;
  }
}

const kinds: Partial<Record<OperationFailure['type'], OrchestratorErrorKind>> = {
  ClusterNotFound: 'notFound',
  AmbiguousName: 'invalidInput',
  ClusterNotRunning: 'conflict',
  NoPublicAddress: 'conflict',
  EncryptionRequired: 'configuration',
  ServiceUnreachable: 'unreachable',
};
