import { TemporalFailure } from '@temporalio/common';
import { isCancellation, sleep, workflowInfo } from '@temporalio/workflow';
import type { KubeconfigCluster, KubeconfigInput, SealedKubeconfig } from '../../contract/kubeconfig.ts';
import { findKubeconfigCluster, issueKubeconfig } from '../activity-proxies.ts';
import { callFailureOf, failure } from '../operation/operation-failure.ts';
import { issuedNothing, kubeconfigFailure } from './kubeconfig-failure.ts';

/**
 * Hands over the kubeconfig of a cluster: a worker asks the service for it, since only workers have the keys of the account.
 * What the workflow returns, and Temporal keeps, only the asker can open.
 */
export async function kubeconfigRequest({ request }: KubeconfigInput): Promise<SealedKubeconfig> {
  const cluster = await describingFailures(findKubeconfigCluster({ request }));
  return describingFailures(issue(request, cluster), 'issue');
}

/** Repeated only if the service has certainly not issued one, and while an attempt can end before the client gives up. */
async function issue(request: string, cluster: KubeconfigCluster): Promise<SealedKubeconfig> {
  const beginsUntilMs = workflowInfo().startTime.getTime() + 150_000;
  for (let pauseMs = 1_000; ; pauseMs *= 2) {
    try {
      return await issueKubeconfig({ request, cluster });
    } catch (error) {
      const { retryAfterSeconds = 0 } = callFailureOf(error) ?? {};
      const waitMs = Math.max(pauseMs, retryAfterSeconds * 1000);
      if (!issuedNothing(error) || Date.now() + waitMs > beginsUntilMs) throw error;
      await sleep(waitMs);
    }
  }
}

async function describingFailures<Result>(activity: Promise<Result>, step?: 'issue'): Promise<Result> {
  try {
    return await activity;
  } catch (error) {
    if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
    throw failure(kubeconfigFailure(error, step));
  }
}
