import { OrchestratorError } from '../temporal/orchestrator-error.ts';

/** Thrown when a kubeconfig file cannot be changed. The file stays as it was. */
export class KubeconfigFileError extends OrchestratorError {
  override readonly name = 'KubeconfigFileError';
  readonly kind = 'invalidInput';
}
