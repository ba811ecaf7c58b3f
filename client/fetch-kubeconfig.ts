import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { KubeconfigType } from '../cce/kubeconfig.ts';
import { kubeconfigWorkflowID, type Placement } from '../contract/identity.ts';
import type { KubeconfigMemo, KubeconfigRequest } from '../contract/kubeconfig.ts';
import type { Asker } from '../contract/operation-memo.ts';
import { workflowTypes } from '../contract/workflow-types.ts';
import { EncryptionKeyError } from '../temporal/encryption/encryption-keys.ts';
import { createReader } from '../temporal/encryption/one-reader.ts';
import { encrypts, sealRequest } from '../temporal/encryption/sealed-request.ts';
import type { kubeconfigRequest } from '../workflows/cluster/kubeconfig-request.ts';
import { askWorkers } from './ask-workers.ts';
import { checkOptions, expireHoursOption, kubeconfigTypeOption, nameOrIDOption } from './check-options.ts';
import { findOperation } from './find-operation.ts';
import { typedCluster } from './protection.ts';
import { refuseClearText } from './refuse-clear-text.ts';
import type { OnBlocked } from './result-of-sweep.ts';

export interface KubeconfigOptions {
  /**
   * The address that the kubeconfig has: that of the API server inside the VPC, or its public one.
   *
   * @default 'vpc'
   */
  type?: KubeconfigType;
  /** After how many whole hours the kubeconfig expires, at most 720 (30 days). @default 8 */
  expireHours?: number;
  /**
   * Asks for the permanent kubeconfig instead: the certificate of an administrator, which may be valid for a hundred years
   * and cannot be withdrawn.
   *
   * @default false
   */
  permanent?: boolean;
  /**
   * Asks even if nothing is encrypted. The kubeconfig is still encrypted for this process, but nothing proves to the worker
   * that the request is from somebody who may have it.
   *
   * @default false
   */
  allowUnencrypted?: boolean;
}

/** A kubeconfig. It is a secret: whoever has it may use the cluster. */
export interface Kubeconfig {
  account: string;
  region: string;
  clusterID: string;
  clusterName: string;
  type: KubeconfigType;
  /** Absent for the permanent one. */
  expireHours?: number;
  /** When its certificate expires (ISO 8601). Absent without a certificate: then the expiry is as asked for, and unchecked. */
  expiresAt?: string;
  permanent: boolean;
  /** Where it is not what was asked for, for instance another address. */
  warnings: string[];
  /** YAML */
  kubeconfig: string;
}

const defaultExpireHours = 8;

/** Longer than the workflow takes, which then says why it has failed. */
const limitSeconds = 270;

/** How long a worker may serve a request, from its own clock's view: the limit, and a tolerance for clocks that differ. */
const validMs = (limitSeconds + 600) * 1000;

/** Has a worker ask for the kubeconfig of a cluster. */
export async function fetchKubeconfig(
  client: Client,
  scope: Placement,
  nameOrID: string,
  options: KubeconfigOptions,
  asker: Asker,
  onBlocked?: OnBlocked,
): Promise<Kubeconfig> {
  const { type = 'vpc', permanent = false, allowUnencrypted = false } = options;
  const { expireHours = defaultExpireHours } = options;
  checkOptions(
    { nameOrID: nameOrIDOption, type: kubeconfigTypeOption, expireHours: expireHoursOption },
    { nameOrID, type, expireHours },
    permanent && options.expireHours !== undefined
      ? [{ path: 'expireHours', message: 'the permanent kubeconfig has no expiry; ask for one of the two' }]
      : [],
  );
  const { payloadCodecs } = client.options.loadedDataConverter;
  await refuseClearText(client, scope);
  if (!allowUnencrypted && !encrypts(payloadCodecs)) throw new EncryptionKeyError(advice);

  const lifetime = permanent ? ('permanent' as const) : { expireHours };
  const target = await typedCluster(client, scope, nameOrID, await findOperation(client, scope, nameOrID));
  const reader = await createReader();
  const request: KubeconfigRequest = {
    target,
    type,
    lifetime,
    publicKey: reader.publicKey,
    validUntil: new Date(Date.now() + validMs).toISOString(),
    ...(allowUnencrypted && { allowUnencrypted }),
  };
  const workflowID = kubeconfigWorkflowID(scope, randomUUID());
  const owner = { namespace: client.options.namespace, workflowId: workflowID };
  const { clusterID, clusterName, sealed, expiresAt, warnings } = await askWorkers<typeof kubeconfigRequest>(
    client,
    scope,
    {
      workflowType: workflowTypes.kubeconfigRequest,
      workflowID,
      input: { request: await sealRequest(payloadCodecs, owner, request) },
      memo: { kubeconfig: { target, type, lifetime }, ...asker } satisfies KubeconfigMemo,
      limitSeconds,
      onBlocked,
    },
  );
  return {
    account: scope.account,
    region: scope.region,
    clusterID,
    clusterName,
    type,
    ...(!permanent && { expireHours }),
    ...(expiresAt !== undefined && { expiresAt }),
    permanent,
    warnings,
    kubeconfig: await reader.open(sealed),
  };
}

const advice = [
  'a kubeconfig is handed over only where Temporal stores nothing in clear, and this process encrypts nothing',
  '- give it the keys of the workers, as CCE_ENCRYPTION_KEYS_FILE=PATH or CCE_ENCRYPTION_KEYS=id:key',
  '- or accept the risk: with --force-unencrypted, or allowUnencrypted in the library',
].join('\n');
