import { TemporalFailure } from '@temporalio/common';
import { isCancellation } from '@temporalio/workflow';
import type { KubeconfigInput, SealedKubeconfig } from '../../contract/kubeconfig.ts';
import { issueKubeconfig } from '../activity-proxies.ts';
import { callFailureOf, describeFailure, failure } from '../operation/operation-failure.ts';

/**
 * Hands over the kubeconfig of a cluster: a worker asks the service for it, since only workers have the keys of the account.
 * What the workflow returns, and Temporal keeps, only the asker can open.
 */
export async function kubeconfigRequest(input: KubeconfigInput): Promise<SealedKubeconfig> {
  try {
    return await issueKubeconfig(input);
  } catch (error) {
    if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
    const isAnswered = callFailureOf(error)?.retryable !== true;
    throw failure(describeFailure(error, isAnswered ? 'KubeconfigRefused' : 'ServiceUnreachable'));
  }
}
