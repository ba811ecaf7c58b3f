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
  /** Somebody accepts that the request is not encrypted, and so not proven to be theirs. */
  allowUnencrypted?: boolean;
}

/** The result of the workflow `kubeconfigRequest`: a kubeconfig that only the asker can open. */
export interface SealedKubeconfig {
  clusterID: string;
  clusterName: string;
  /** A compact JWE. */
  sealed: string;
}

/** The memo of the workflow `kubeconfigRequest`: who asked for what. */
export interface KubeconfigMemo extends Record<string, unknown> {
  requestedBy?: string;
  kubeconfig: Pick<KubeconfigRequest, 'target' | 'type' | 'lifetime'>;
}
