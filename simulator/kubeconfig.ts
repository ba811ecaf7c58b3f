import { stringify } from 'yaml';
import type { Random } from './random.ts';

/** The secret part of every kubeconfig of the simulator contains this text, so that a test can search for leaks. */
export const kubeconfigMarker = 'SimulatedKubeconfigSecret';

/** A kubeconfig that expires, as `POST /rbac` issued it. */
export interface IssuedKubeconfig {
  kubeConfigType: 'vpc' | 'public';
  expireHours: number;
  issuedAtMs: number;
}

export function expiresAtMs({ issuedAtMs, expireHours }: IssuedKubeconfig): number {
  return issuedAtMs + expireHours * 3_600_000;
}

/** What a kubeconfig says about its cluster and how long it is valid. */
export interface KubeconfigContent {
  clusterID: string;
  /** The address of the API server. */
  address: string;
  user: string;
  validFromMs: number;
  validUntilMs: number;
}

/**
 * Returns the text of a kubeconfig. Certificate and key are no real ones: the certificate is a readable text in base64 that
 * says until when it is valid, the key is {@link kubeconfigMarker} with random characters.
 */
export function kubeconfigText(content: KubeconfigContent, random: Random): string {
  const { clusterID, address, user, validFromMs, validUntilMs } = content;
  const certificate = [
    'a certificate of the simulator',
    `subject: ${user}`,
    `not before: ${new Date(validFromMs).toISOString()}`,
    `not after: ${new Date(validUntilMs).toISOString()}`,
  ].join('\n');
  const key = `${kubeconfigMarker}${random.token(64 + 3 - (kubeconfigMarker.length % 4))}`;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: clusterID,
        cluster: {
          server: `https://${address}:6443`,
          'certificate-authority-data': toBase64(`the authority of ${clusterID} in the simulator`),
        },
      },
    ],
    contexts: [{ name: `${user}@${clusterID}`, context: { cluster: clusterID, user } }],
    'current-context': `${user}@${clusterID}`,
    preferences: {},
    users: [{ name: user, user: { 'client-certificate-data': toBase64(certificate), 'client-key-data': key } }],
  });
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}
