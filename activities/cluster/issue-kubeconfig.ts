import { activityInfo, cancellationSignal, log } from '@temporalio/activity';
import { ApplicationFailure, type PayloadCodec } from '@temporalio/common';
import { z } from 'zod';
import type { CceClient } from '../../cce/client.ts';
import type { Cluster } from '../../cce/cluster.ts';
import { readTemporaryKubeconfig } from '../../cce/kubeconfig.ts';
import type { KubeconfigInput, KubeconfigRequest, SealedKubeconfig } from '../../contract/kubeconfig.ts';
import { sealFor } from '../../temporal/encryption/one-reader.ts';
import { encrypts, openRequest } from '../../temporal/encryption/sealed-request.ts';
import { withCallFailures, type CallFailure } from '../api/call-failure.ts';
import { findCluster, refusal, type FindClusterDependencies } from './find-cluster.ts';

interface KubeconfigDependencies extends FindClusterDependencies {
  /** The codecs of this worker's data converter. */
  payloadCodecs: readonly PayloadCodec[];
  /** Serves requests that nobody has encrypted, if this worker encrypts nothing either. @default false */
  unencryptedKubeconfigs?: boolean;
}

/**
 * Asks the service for a kubeconfig and encrypts it for the asker. The kubeconfig is in this function only: not in its
 * result, its failures, its heartbeats or its log.
 *
 * A worker that encrypts serves only requests that a holder of its keys has sealed. Otherwise everybody who can start a
 * workflow could become an administrator of every cluster.
 *
 * Fails as {@link findCluster} does, and with `ClusterNotRunning`, `NoPublicAddress`, `KubeconfigRefused` or
 * `EncryptionRequired`.
 */
export function issueKubeconfig(dependencies: KubeconfigDependencies) {
  const { cce } = dependencies;
  return async ({ request: sealedRequest }: KubeconfigInput): Promise<SealedKubeconfig> => {
    const request = await readRequest(dependencies, sealedRequest);
    const { type, lifetime } = request;
    const cluster = await withCallFailures(() => findCluster(dependencies, request.target));
    requireUsable(cluster, request);
    const { clusterID, clusterName } = cluster.spec;
    const sealed = await sealFor(request.publicKey, await obtain(cce, clusterID, request));
    const lasts = lifetime === 'permanent' ? { permanent: true } : lifetime;
    log.info('issued a kubeconfig', { clusterID, clusterName, kubeconfigType: type, ...lasts });
    return { clusterID, clusterName, sealed };
  };
}

const requestSchema = z.object({
  target: z.object({
    nameOrID: z.string(),
    isName: z.boolean().exactOptional(),
    knownClusterID: z.string().exactOptional(),
  }),
  type: z.enum(['vpc', 'public']),
  lifetime: z.union([z.literal('permanent'), z.object({ expireHours: z.int().min(1) })]),
  publicKey: z.object({ kty: z.string(), crv: z.string(), x: z.string(), y: z.string() }),
  allowUnencrypted: z.boolean().exactOptional(),
}) satisfies z.ZodType<KubeconfigRequest>;

async function readRequest(
  { payloadCodecs: codecs, unencryptedKubeconfigs = false }: KubeconfigDependencies,
  sealed: string,
): Promise<KubeconfigRequest> {
  const { workflowNamespace: namespace, workflowExecution } = activityInfo();
  const owner = { namespace: namespace ?? '', workflowId: workflowExecution?.workflowId ?? '' };
  const opened = await openRequest(codecs, owner, sealed).catch((error: Error) => {
    throw refusal({ type: 'EncryptionRequired', message: error.message });
  });
  const request = requestSchema.parse(opened.request);
  if (encrypts(codecs)) {
    if (!opened.isEncrypted) throw refusal(inClear);
  } else if (!unencryptedKubeconfigs) throw refusal(notAllowed);
  else if (request.allowUnencrypted !== true) throw refusal(withoutKeys);
  return request;
}

const inClear = {
  type: 'EncryptionRequired',
  message: 'the request for a kubeconfig is not encrypted, and this worker encrypts',
  advice: 'give the client the keys of the workers: CCE_ENCRYPTION_KEYS_FILE or CCE_ENCRYPTION_KEYS',
};

const notAllowed = {
  type: 'EncryptionRequired',
  message:
    'this worker encrypts nothing, so it hands over no kubeconfig: anybody who may start workflows could ask for it',
  advice: 'give workers and clients encryption keys; CCE_UNENCRYPTED_KUBECONFIGS=on at the worker accepts the risk',
};

const withoutKeys = {
  type: 'EncryptionRequired',
  message: 'this worker encrypts nothing, so it cannot tell who asks for the kubeconfig',
  advice: 'give workers and clients encryption keys, or accept the risk in the request',
};

/** Refuses what the service could only refuse or, worse, answer with a kubeconfig that reaches nothing. */
function requireUsable({ spec, status }: Cluster, { type }: KubeconfigRequest): void {
  const { clusterPhase } = status;
  const problem = phaseProblems[clusterPhase];
  if (problem !== undefined) {
    const [state, advice] = problem;
    throw refusal({
      type: 'ClusterNotRunning',
      message: `${spec.clusterID} ${state} (phase ${clusterPhase}), so it has no kubeconfig`,
      ...(advice !== undefined && { advice }),
    });
  }
  // While an address is being opened, the service decides.
  if (type === 'public' && !status.clusterBLB?.eip && spec.masterConfig?.exposedPublic !== true) {
    throw refusal({
      type: 'NoPublicAddress',
      message: `the API server of ${spec.clusterID} has no public address`,
      advice: 'ask for the address inside the VPC, or give the API server a public one',
    });
  }
}

const isMade = ['is still being created', 'wait until it runs'] as const;

/** In any other phase the cluster has run, or is of a kind that only the service knows. */
const phaseProblems: Partial<Record<string, readonly [state: string, advice?: string]>> = {
  pending: isMade,
  provisioning: isMade,
  provisioned: isMade,
  create_failed: ['could not be created'],
  delete_failed: ['could not be deleted'],
};

async function obtain(
  cce: CceClient,
  clusterID: string,
  { type, lifetime }: Pick<KubeconfigRequest, 'type' | 'lifetime'>,
): Promise<string> {
  const call = { signal: cancellationSignal() };
  if (lifetime === 'permanent') {
    return (await withCallFailures(() => cce.getKubeconfig(clusterID, type, call))).kubeConfig;
  }
  const { expireHours } = lifetime;
  const answer = await withCallFailures(() =>
    cce.createTemporaryKubeconfig({ clusterID, expireHours, kubeConfigType: type }, call),
  ).catch((error: unknown) => {
    throw withoutRepetition(error);
  });
  const { kubeconfig, refusal: reason } = readTemporaryKubeconfig(answer);
  if (kubeconfig !== undefined) return kubeconfig;
  throw refusal({
    type: 'KubeconfigRefused',
    message: `the service issued no kubeconfig of ${clusterID}: ${reason}`,
    ...(answer.requestID !== '' && { requestID: answer.requestID }),
  });
}

/** A kubeconfig may have been issued, and nobody has it. Whether to have another one issued is up to the asker. */
function withoutRepetition(error: unknown): unknown {
  if (!(error instanceof ApplicationFailure)) return error;
  const [call] = (error.details ?? []) as CallFailure[];
  if (call?.mayHaveTakenEffect !== true) return error;
  const { message, type } = error;
  return ApplicationFailure.create({ message, type: type ?? call.type, nonRetryable: true, details: [call] });
}
