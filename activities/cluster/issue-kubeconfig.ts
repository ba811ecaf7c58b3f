import { cancellationSignal, log } from '@temporalio/activity';
import type { CceClient } from '../../cce/client.ts';
import { readTemporaryKubeconfig } from '../../cce/kubeconfig.ts';
import type { IssueKubeconfigInput, KubeconfigRequest, SealedKubeconfig } from '../../contract/kubeconfig.ts';
import { createSealer } from '../../temporal/encryption/one-reader.ts';
import { withCallFailures } from '../api/call-failure.ts';
import { judgeIssued } from './judge-issued.ts';
import { refusal } from './find-cluster.ts';
import { readRequest, type RequestDependencies } from './kubeconfig-request.ts';

interface KubeconfigDependencies extends RequestDependencies {
  cce: CceClient;
}

/**
 * Asks the service for a kubeconfig and encrypts it for the asker. The kubeconfig is in this function only: not in its
 * result, its failures, its heartbeats or its log.
 *
 * Temporal must not repeat it: each attempt may issue another kubeconfig. All that can fail before comes before the request to
 * the service, which nothing interrupts: a worker that stops waits for the answer.
 *
 * Fails as {@link readRequest} does, and with `KubeconfigRefused`.
 */
export function issueKubeconfig(dependencies: KubeconfigDependencies) {
  return async ({ request: sealedRequest, cluster }: IssueKubeconfigInput): Promise<SealedKubeconfig> => {
    const request = await readRequest(dependencies, sealedRequest);
    const { type, lifetime } = request;
    const { clusterID, clusterName, address } = cluster;
    const seal = await createSealer(request.publicKey).catch(() => {
      throw refusal({ type: 'InvalidRequest', message: 'the public key in the request for a kubeconfig is invalid' });
    });
    cancellationSignal().throwIfAborted();
    const kubeconfig = await obtain(dependencies.cce, clusterID, request);
    const { expiresAt, warnings, objection } = judgeIssued(kubeconfig, { type, lifetime, address }, Date.now());
    const lasts = lifetime === 'permanent' ? { permanent: true } : lifetime;
    const about = { clusterID, clusterName, kubeconfigType: type, ...lasts, expiresAt };
    if (objection !== undefined) {
      log.warn('withheld a kubeconfig that the service has issued', { ...about, objection });
      throw refusal({ type: 'KubeconfigRefused', message: `the kubeconfig of ${clusterID} is withheld: ${objection}` });
    }
    const sealed = await seal(kubeconfig);
    log.info('issued a kubeconfig', about);
    return { clusterID, clusterName, sealed, ...(expiresAt !== undefined && { expiresAt }), warnings };
  };
}

async function obtain(
  cce: CceClient,
  clusterID: string,
  { type, lifetime }: Pick<KubeconfigRequest, 'type' | 'lifetime'>,
): Promise<string> {
  if (lifetime === 'permanent') {
    return (await withCallFailures(() => cce.getKubeconfig(clusterID, type))).kubeConfig;
  }
  const { expireHours } = lifetime;
  const answer = await withCallFailures(() =>
    cce.createTemporaryKubeconfig({ clusterID, expireHours, kubeConfigType: type }),
  );
  const { kubeconfig, refusal: reason } = readTemporaryKubeconfig(answer, clusterID);
  if (kubeconfig !== undefined) return kubeconfig;
  throw refusal({
    type: 'KubeconfigRefused',
    message: `the service issued no kubeconfig of ${clusterID}: ${reason}`,
    ...(answer.requestID !== '' && { requestID: answer.requestID }),
  });
}
