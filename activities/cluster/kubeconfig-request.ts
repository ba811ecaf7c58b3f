import { activityInfo } from '@temporalio/activity';
import type { PayloadCodec } from '@temporalio/common';
import { z } from 'zod';
import { longestExpireHours, type KubeconfigRequest } from '../../contract/kubeconfig.ts';
import { PayloadDecryptionError } from '../../temporal/encryption/payload-decryption-error.ts';
import { encrypts, openRequest } from '../../temporal/encryption/sealed-request.ts';
import { refusal } from './find-cluster.ts';

export interface RequestDependencies {
  /** The codecs of this worker's data converter. */
  payloadCodecs: readonly PayloadCodec[];
  /** Serves requests that nobody has encrypted, if this worker encrypts nothing either. @default false */
  unencryptedKubeconfigs?: boolean;
}

/**
 * Opens a request for a kubeconfig. A worker that encrypts serves only requests that a holder of its keys has sealed. Otherwise
 * everybody who can start a workflow could become an administrator of every cluster.
 *
 * Fails for good with `EncryptionRequired` or `InvalidRequest`.
 */
export async function readRequest(
  { payloadCodecs: codecs, unencryptedKubeconfigs = false }: RequestDependencies,
  sealed: string,
): Promise<KubeconfigRequest> {
  const { workflowNamespace: namespace, workflowExecution } = activityInfo();
  const owner = { namespace: namespace ?? '', workflowId: workflowExecution?.workflowId ?? '' };
  const opened = await openRequest(codecs, owner, sealed).catch((error: unknown) => {
    if (error instanceof PayloadDecryptionError) throw refusal({ type: 'EncryptionRequired', message: error.message });
    throw refusal(unreadable);
  });
  const parsed = requestSchema.safeParse(opened.request);
  if (!parsed.success) throw refusal({ ...unreadable, message: `${unreadable.message}: ${problemsOf(parsed.error)}` });
  const request = parsed.data;
  if (encrypts(codecs)) {
    if (!opened.isEncrypted) throw refusal(inClear);
  } else if (!unencryptedKubeconfigs) throw refusal(notAllowed);
  else if (request.allowUnencrypted !== true) throw refusal(withoutKeys);
  if (Date.parse(request.validUntil) < Date.now()) throw refusal(tooLate);
  return request;
}

function problemsOf(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join(', ');
}

const unreadable = { type: 'InvalidRequest', message: 'the request for a kubeconfig cannot be read' };

const tooLate = {
  type: 'InvalidRequest',
  message: 'the request for a kubeconfig is no longer valid',
  advice: 'ask again, and compare the clocks of client and worker',
};

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

const requestSchema = z.object({
  target: z.object({
    nameOrID: z.string(),
    isName: z.boolean().exactOptional(),
    knownClusterID: z.string().exactOptional(),
  }),
  type: z.enum(['vpc', 'public']),
  lifetime: z.union([z.literal('permanent'), z.object({ expireHours: z.int().min(1).max(longestExpireHours) })]),
  publicKey: z.object({ kty: z.string(), crv: z.string(), x: z.string(), y: z.string() }),
  validUntil: z.iso.datetime(),
  allowUnencrypted: z.boolean().exactOptional(),
}) satisfies z.ZodType<KubeconfigRequest>;
