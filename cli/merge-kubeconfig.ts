import { isMap, isSeq, LineCounter, parseDocument, type Document, type YAMLMap, type YAMLSeq } from 'yaml';
import { KubeconfigFileError } from './kubeconfig-file-error.ts';

/** The cluster that a kubeconfig is of. */
export interface KubeconfigCluster {
  clusterID: string;
  clusterName: string;
}

/** The name of the extension by which we know our entries again. Programs that do not know an extension keep it. */
const extensionName = 'cce-orchestrator';

const entryKeys = { clusters: 'cluster', users: 'user', contexts: 'context' } as const;
type EntryList = keyof typeof entryKeys;
const lists = Object.keys(entryKeys) as EntryList[];

/**
 * Adds the cluster, user and context of a kubeconfig to the text of a kubeconfig file, each under the name of the cluster.
 * Replaces what an earlier merge has added under this name, and keeps everything else with its comments. The current context
 * stays, unless there is none.
 *
 * @param before The text of the file; empty for a new file.
 * @throws KubeconfigFileError if the file cannot be read as a kubeconfig, or has entries of this name that are not ours. The
 *   message quotes nothing of either text.
 */
export function mergeKubeconfig(before: string, kubeconfig: string, cluster: KubeconfigCluster): string {
  const name = cluster.clusterName;
  const entries = entriesOf(kubeconfig, cluster);
  const document = readFile(before);
  const sequences = lists.map((list) => [list, sequenceOf(document, list)] as const);
  const found = sequences.map(([list, sequence]) => [list, entryOf(sequence, name)] as const);
  if (found.some(([, entry]) => entry !== undefined) && !isOurs(found)) {
    throw new KubeconfigFileError(
      `it has an entry "${name}" that ccectl did not add; rename or remove it, or write another file with --file`,
    );
  }
  for (const [list, sequence] of sequences) {
    const key = entryKeys[list];
    const value = document.createNode(entries[list]);
    const entry = entryOf(sequence, name);
    if (entry === undefined) sequence.add(document.createNode({ name, [key]: entries[list] }));
    else entry.set(key, value);
  }
  if (!document.get('current-context')) document.set('current-context', name);
  return document.toString({ lineWidth: 0 });
}

function readFile(text: string): Document {
  const lines = new LineCounter();
  // Without prettyErrors the messages would be longer by the line that they are about, which may be a secret.
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) {
    throw new KubeconfigFileError(`it is not valid YAML at line ${lines.linePos(error.pos[0]).line} (${error.code})`);
  }
  if (document.contents === null) document.contents = document.createNode({}) as never;
  if (!isMap(document.contents)) throw new KubeconfigFileError('it is not a kubeconfig: it is no map');
  const kind = document.get('kind');
  if (kind !== undefined && kind !== 'Config')
    throw new KubeconfigFileError('it is not a kubeconfig: its kind is another');
  if (!document.has('apiVersion')) document.set('apiVersion', 'v1');
  if (!document.has('kind')) document.set('kind', 'Config');
  return document;
}

function sequenceOf(document: Document, list: EntryList): YAMLSeq {
  if (!document.get(list)) document.set(list, document.createNode([]));
  const sequence = document.get(list);
  if (!isSeq(sequence)) throw new KubeconfigFileError(`it is not a kubeconfig: its "${list}" is no list`);
  // An empty list is written as [], and what is added to it would be too.
  if (sequence.items.length === 0) sequence.flow = false;
  return sequence;
}

function entryOf({ items }: YAMLSeq, name: string): YAMLMap | undefined {
  return items.find((item): item is YAMLMap => isMap(item) && item.get('name') === name);
}

function isOurs(found: readonly (readonly [EntryList, YAMLMap | undefined])[]): boolean {
  const cluster = found.find(([list]) => list === 'clusters')?.[1];
  const extensions = cluster?.getIn(['cluster', 'extensions']);
  return isSeq(extensions) && entryOf(extensions, extensionName) !== undefined;
}

/** The entries of the context that a kubeconfig uses, under the name of the cluster. */
function entriesOf(kubeconfig: string, { clusterID, clusterName }: KubeconfigCluster): Record<EntryList, object> {
  const document = parseDocument(kubeconfig, { prettyErrors: false });
  const content: unknown = document.errors.length > 0 ? undefined : document.toJS();
  const current = Object(content)['current-context'] as unknown;
  const context = named(content, 'contexts', current) as { cluster?: unknown; user?: unknown } | undefined;
  const cluster = named(content, 'clusters', context?.cluster) as { extensions?: unknown[] } | undefined;
  const user = named(content, 'users', context?.user);
  if (context === undefined || cluster === undefined || user === undefined) {
    throw new KubeconfigFileError(
      'the kubeconfig that the service has issued has no context with a cluster and a user; write it with --file',
    );
  }
  const extension = { name: extensionName, extension: { clusterID } };
  return {
    clusters: { ...cluster, extensions: [...(cluster.extensions ?? []), extension] },
    users: user,
    contexts: { ...context, cluster: clusterName, user: clusterName },
  };
}

/** The entry of a name; without a name the only one. */
function named(content: unknown, list: EntryList, name: unknown): object | undefined {
  const entries: unknown = Object(content)[list];
  if (!Array.isArray(entries)) return undefined;
  const entry = entries.find((one) => Object(one).name === name) ?? (entries.length === 1 ? entries[0] : undefined);
  const value: unknown = Object(entry)[entryKeys[list]];
  return typeof value === 'object' && value !== null ? value : undefined;
}
