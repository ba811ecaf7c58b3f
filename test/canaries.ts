import { constants, gunzipSync } from 'node:zlib';
import type { SecretReference } from '../cce/secrets.ts';
import type { CreateClusterRequest } from '../client/index.ts';
import { kubeconfigMarker } from '../simulator/process.ts';
import { readExample } from './examples.ts';

/** The fields of a spec that hold secrets. */
const fields = [
  'masterPassword',
  'nodePassword',
  'userData',
  'relayPassword',
  'preUserScript',
  'postUserScript',
] as const;

/**
 * One secret for each field, to be looked for afterwards; none is a part of another. Those that are `inline` stand in the
 * spec, the others are referred to. Some look different within JSON.
 */
export const canaries = Object.fromEntries(
  ['inline', 'referred'].flatMap((kind) => fields.map((field) => [`${kind} ${field}`, `${kind}-1"\\${field}!`])),
);

/** What is looked for: also the secret part of every kubeconfig that the simulator issues. */
const secrets = { ...canaries, kubeconfig: kubeconfigMarker };

/** A spec with a secret of each kind in each place where one may stand. */
export function specWithSecrets(
  clusterName: string,
  referenceTo: (canary: string) => SecretReference,
): CreateClusterRequest {
  const request = readExample('custom', clusterName);
  const secret = (kind: string, field: (typeof fields)[number]) =>
    kind === 'inline' ? canaries[`inline ${field}`]! : referenceTo(`referred ${field}`);
  const [masters, nodes] = [request.masters?.[0], request.nodes?.[0]];
  return {
    ...request,
    masters: ['inline', 'referred'].map((kind) => ({
      ...masters,
      instanceSpec: { ...masters?.instanceSpec, adminPassword: secret(kind, 'masterPassword') },
    })),
    nodes: ['inline', 'referred'].map((kind) => ({
      ...nodes,
      instanceSpec: {
        ...nodes?.instanceSpec,
        adminPassword: secret(kind, 'nodePassword'),
        userData: secret(kind, 'userData'),
        aiInfraOption: { serverLessRelayPW: secret(kind, 'relayPassword') },
        deployCustomConfig: {
          preUserScript: secret(kind, 'preUserScript'),
          postUserScript: secret(kind, 'postUserScript'),
        },
      },
    })),
  };
}

/** Which canaries are found in what places, each once: as they are, within JSON, as Base64, or compressed. */
export function findCanaries(places: Readonly<Record<string, Uint8Array | string>>): string[] {
  return Object.entries(places).flatMap(([place, content]) => {
    const bytes = Buffer.from(content);
    const texts = [bytes, ...gunzipped(bytes)].map((each) => each.toString('latin1'));
    return Object.entries(secrets)
      .filter(([, canary]) => formsOf(canary).some((form) => texts.some((text) => text.includes(form))))
      .map(([name]) => `${name} in ${place}`);
  });
}

function formsOf(canary: string): string[] {
  const inJSON = JSON.stringify(canary).slice(1, -1);
  const plain = [canary, inJSON, JSON.stringify(inJSON).slice(1, -1), encodeURIComponent(canary)];
  return [...new Set([...plain, ...plain.flatMap(inBase64)])];
}

/** As it looks within the Base64 of a longer text: in one of three ways, less what its neighbours have a part in. */
function inBase64(text: string): string[] {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString('base64');
    const first = Math.ceil((shift * 8) / 6);
    const last = Math.floor(((shift + Buffer.byteLength(text)) * 8) / 6);
    return encoded.slice(first, last);
  });
}

/** Whatever begins like gzip, for as far as it is. */
function gunzipped(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  const header = Buffer.from([0x1f, 0x8b, 0x08]);
  for (let at = bytes.indexOf(header); at !== -1; at = bytes.indexOf(header, at + 1)) {
    try {
      found.push(gunzipSync(bytes.subarray(at), { finishFlush: constants.Z_SYNC_FLUSH }));
    } catch {
      // Three bytes that look like it.
    }
  }
  return found;
}
