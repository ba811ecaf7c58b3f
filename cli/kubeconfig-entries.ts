import { parseDocument } from 'yaml';
import { KubeconfigFileError } from './kubeconfig-file-error.ts';

/** The lists of a kubeconfig, and the key under which an entry of each has its content. */
export const entryKeys = { clusters: 'cluster', users: 'user', contexts: 'context' } as const;
export type EntryList = keyof typeof entryKeys;

/** What may get from an issued kubeconfig into the user's file: addresses and secrets, and nothing that kubectl would run. */
const knownKeys = {
  clusters: ['server', 'certificate-authority-data', 'tls-server-name', 'insecure-skip-tls-verify'],
  users: ['client-certificate-data', 'client-key-data', 'token'],
} as const;

/** Keys with which `kubectl` would run a program, or read a file of this machine. */
const refusedKeys = [
  'exec',
  'auth-provider',
  'certificate-authority',
  'client-certificate',
  'client-key',
  'tokenFile',
] as const;

/**
 * Reads the cluster and the user of the context that a kubeconfig uses, as far as they are harmless.
 *
 * @throws KubeconfigFileError that quotes nothing of the kubeconfig
 */
export function entriesOf(kubeconfig: string): Record<'clusters' | 'users', Record<string, string | boolean>> {
  const document = parseDocument(kubeconfig, { prettyErrors: false });
  const content: unknown = document.errors.length > 0 ? undefined : document.toJS();
  const current = Object(content)['current-context'] as unknown;
  const context = named(content, 'contexts', current);
  const clusters = named(content, 'clusters', context?.cluster);
  const users = named(content, 'users', context?.user);
  if (clusters === undefined || users === undefined) {
    throw new KubeconfigFileError(
      'the kubeconfig that the service has issued has no context with a cluster and a user; write it with --file',
    );
  }
  const refused = refusedKeys.find((key) => Object.hasOwn(clusters, key) || Object.hasOwn(users, key));
  if (refused !== undefined) {
    throw new KubeconfigFileError(
      `the kubeconfig that the service has issued has "${refused}", with which kubectl runs a program or reads a file of this machine; look at it with --file`,
    );
  }
  return { clusters: known(clusters, knownKeys.clusters), users: known(users, knownKeys.users) };
}

function known(value: Record<string, unknown>, keys: readonly string[]): Record<string, string | boolean> {
  const entries = keys.flatMap((key) => {
    const content = value[key];
    return typeof content === 'string' || typeof content === 'boolean' ? [[key, content] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** The entry of a name; without a name the only one. */
function named(content: unknown, list: EntryList, name: unknown): Record<string, unknown> | undefined {
  const entries: unknown = Object(content)[list];
  if (!Array.isArray(entries)) return undefined;
  const entry = entries.find((one) => Object(one).name === name) ?? (entries.length === 1 ? entries[0] : undefined);
  const value: unknown = Object(entry)[entryKeys[list]];
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
