import { z } from 'zod';
import { tolerantShape } from './tolerant.ts';
import { requestIDSchema, wireObject } from './wire.ts';

/**
 * The address that a kubeconfig contains: `vpc` the one of the API server's load balancer inside the VPC, `public` its
 * public address. The vendor has deprecated `internal`.
 */
export type KubeconfigType = 'vpc' | 'public';

/**
 * The response to `GET /v2/kubeconfig/{clusterID}/{type}`: a kubeconfig that has no expiry of its own. The certificate in
 * the page's example is valid for a hundred years, so treat it as the permanent secret of an administrator.
 */
export type GetKubeconfigResponse = z.infer<typeof getKubeconfigResponseSchema>;
export const getKubeconfigResponseSchema = wireObject({
  ...tolerantShape({ kubeConfigType: z.string() }),
  /** YAML. */
  kubeConfig: z.string().min(1),
  requestID: requestIDSchema,
});

/** What a person may ask of `POST /v2/rbac` to get a kubeconfig that expires. Source: vendor SDK. */
export interface CreateTemporaryKubeconfigRequest {
  clusterID: string;
  /** Whole hours, from 1. The vendor does not say how many at most. */
  expireHours: number;
  kubeConfigType: KubeconfigType;
}

/** The response to `POST /v2/rbac` with `temp`. Read it with {@link readTemporaryKubeconfig}. Source: vendor SDK. */
export type CreateTemporaryKubeconfigResponse = z.infer<typeof createTemporaryKubeconfigResponseSchema>;
export const createTemporaryKubeconfigResponseSchema = wireObject({
  ...tolerantShape({
    /** YAML. */
    temporaryKubeConfig: z.string(),
    /** The outcome for each cluster. */
    data: z.array(wireObject(tolerantShape({ success: z.boolean(), clusterID: z.string(), message: z.string() }))),
  }),
  requestID: requestIDSchema,
});

/**
 * Reads the response to a request for a temporary kubeconfig, which reports a refusal with status 200.
 *
 * @param clusterID The cluster that it was requested for.
 * @returns The kubeconfig, or the reason why there is none.
 */
export function readTemporaryKubeconfig(
  { temporaryKubeConfig = '', data = [] }: CreateTemporaryKubeconfigResponse,
  clusterID: string,
): { kubeconfig: string; refusal?: undefined } | { kubeconfig?: undefined; refusal: string } {
  const refused = data.find((each) => each?.success === false);
  if (refused !== undefined) {
    const { message = '' } = refused;
    if (mayContainKubeconfig(message)) return { refusal: withheldReason };
    return { refusal: message || 'the service gave no reason' };
  }
  const isOther = data.some((each) => each?.clusterID !== undefined && each.clusterID !== clusterID);
  if (isOther) return { refusal: 'the response is about another cluster' };
  if (temporaryKubeConfig.trim() === '') return { refusal: 'the response contains no kubeconfig' };
  return { kubeconfig: temporaryKubeConfig };
}

/** What an error says in place of a text that may contain a kubeconfig, such as the echo of a gateway. */
export const withheldReason = 'the reason is withheld, because it may contain a kubeconfig';

/** Whether a text has the keys under which a kubeconfig has its secrets, or the head of a key, in plain text or in Base64. */
export function mayContainKubeconfig(text: string): boolean {
  return /client-(key|certificate)|kubeconfig.*apiVersion|\btoken\\?["']?:|-----BEGIN|LS0tLS1CRUdJTi/is.test(text);
}
