import { OrchestratorError } from '../temporal/orchestrator-error.ts';

/** Thrown when a kubeconfig file cannot be read or changed. The file stays as it was. */
export class KubeconfigFileError extends OrchestratorError {
  override readonly name = 'KubeconfigFileError';
  readonly kind = 'invalidInput';
}

/** Thrown when a kubeconfig was issued, and could not be written. It is lost. */
export class KubeconfigLostError extends OrchestratorError {
  override readonly name = 'KubeconfigLostError';
  readonly kind = 'refused';
}
