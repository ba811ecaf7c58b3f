import type { KubeconfigType } from '../cce/kubeconfig.ts';
import type { TypedCluster } from './typed-cluster.ts';

/** The input of the workflow `kubeconfigRequest`, which hands over a kubeconfig. */
export interface KubeconfigInput {
  /** A {@link KubeconfigRequest}, sealed for this workflow by `sealRequest`. */
  request: string;
}

/** What is asked for. */
export interface KubeconfigRequest {
  target: TypedCluster;
  type: KubeconfigType;
  /** `permanent`: the administrator's certificate, which has no expiry worth the name. */
  lifetime: { expireHours: number } | 'permanent';
  /** The kubeconfig is encrypted for the holder of the private key (JSON Web Key). */
  publicKey: { kty: string; crv: string; x: string; y: string };
  /** Until when a worker may serve the request (ISO 8601), so that nobody can use it again later. */
  validUntil: string;
  /** Somebody accepts that the request is not encrypted, and so not proven to be theirs. */
  allowUnencrypted?: boolean;
}

/** The input of the activity `issueKubeconfig`. */
export interface IssueKubeconfigInput extends KubeconfigInput {
  cluster: KubeconfigCluster;
}

/** The cluster that a request is about. */
export interface KubeconfigCluster {
  clusterID: string;
  clusterName: string;
  /** The address that the kubeconfig should have, if the service shows it. */
  address?: string;
}

/** The longest time until a temporary kubeconfig expires, in hours: 30 days. Nothing withdraws it before. */
export const longestExpireHours = 720;

/** The result of the workflow `kubeconfigRequest`: a kubeconfig that only the asker can open. */
export interface SealedKubeconfig {
  clusterID: string;
  clusterName: string;
  /** A compact JWE. */
  sealed: string;
  /** When the certificate in it expires (ISO 8601). Absent without a certificate: then nobody has checked the expiry. */
  expiresAt?: string;
  /** Where what was issued is not what was asked for. */
  warnings: string[];
}

/** The memo of the workflow `kubeconfigRequest`: who asked for what. */
export interface KubeconfigMemo extends Record<string, unknown> {
  requestedBy?: string;
  kubeconfig: Pick<KubeconfigRequest, 'target' | 'type' | 'lifetime'>;
}
