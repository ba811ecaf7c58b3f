import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parse,
  parseDocument,
  visit,
  type Document,
  type Node,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { entriesOf, entryKeys, type EntryList } from './kubeconfig-entries.ts';
import { KubeconfigFileError } from './kubeconfig-file-error.ts';

/** The cluster that a kubeconfig is of. */
export interface KubeconfigCluster {
  account: string;
  region: string;
  clusterID: string;
  clusterName: string;
}

export interface MergeOptions {
  /** Also replaces what an earlier merge has added for another cluster of this name. @default false */
  replace?: boolean;
  /** Another file that `kubectl` reads has a current context. @default false */
  hasCurrent?: boolean;
}

/** The name of the extension by which we know our entries again. Programs that do not know an extension keep it. */
const extensionName = 'cce-orchestrator';

const lists = Object.keys(entryKeys) as EntryList[];

/**
 * Adds the cluster, user and context of a kubeconfig to the text of a kubeconfig file, each under the name of the cluster.
 * Renews what an earlier merge has added for the same cluster, and keeps everything else with its comments, such as the
 * namespace of the context. The current context stays, unless there is none.
 *
 * @param before The text of the file; empty for a new file.
 * @throws KubeconfigFileError if the file cannot be read as a kubeconfig, or has entries of this name that are not ours or are
 *   of another cluster. The message quotes nothing of either text.
 */
export function mergeKubeconfig(
  before: string,
  kubeconfig: string,
  cluster: KubeconfigCluster,
  { replace = false, hasCurrent = false }: MergeOptions = {},
): string {
  const name = cluster.clusterName;
  const issued = entriesOf(kubeconfig);
  const document = readFile(before);
  const found = ownEntries(document, name);
  if (!replace && found.some(({ of }) => !isSame(of, cluster)))
    throw new KubeconfigFileError(otherCluster(name, found));
  for (const list of lists) {
    const key = entryKeys[list];
    const { value = document.createNode({}), ...known } = found.find((one) => one.list === list) ?? {};
    // The user may have set the namespace of the context. The rest is the service's.
    if (list !== 'contexts') value.items = [];
    const content = list === 'contexts' ? { cluster: name, user: name } : issued[list];
    for (const [field, text] of Object.entries(content)) value.set(field, document.createNode(text));
    mark(document, value, cluster);
    if (!('list' in known)) sequenceOf(document, list).add(document.createNode({ name, [key]: value }));
    quoteAmbiguous(value);
  }
  for (const list of lists) quoteAmbiguous(entryOf(sequenceOf(document, list), name));
  if (!hasCurrent && !document.get('current-context'))
    document.set('current-context', quoteAmbiguous(document.createNode(name)));
  const text = document.toString({ lineWidth: 0 });
  return before.includes('\r\n') ? text.replaceAll(/\r?\n/g, '\r\n') : text;
}

/**
 * Looks at a kubeconfig file before anything is issued.
 *
 * @param name The name of the context to add, if it is known yet.
 * @throws KubeconfigFileError as {@link mergeKubeconfig} does for the file
 */
export function examineKubeconfig(text: string, name?: string): { hasCurrent: boolean; hasOurs: boolean } {
  const document = readFile(text);
  for (const list of lists) sequenceOf(document, list);
  return {
    hasCurrent: Boolean(document.get('current-context')),
    hasOurs: name !== undefined && ownEntries(document, name).length > 0,
  };
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

/** Compares as texts: YAML may read a name as a number. */
function entryOf({ items }: YAMLSeq, name: string): YAMLMap | undefined {
  return items.find((item): item is YAMLMap => {
    const found = isMap(item) ? item.get('name', true) : undefined;
    return isScalar(found) && (found.value === name || found.source === name);
  });
}

type Origin = Partial<Record<'account' | 'region' | 'clusterID', unknown>>;

interface OwnEntry {
  list: EntryList;
  /** The cluster, user or context itself. */
  value: YAMLMap;
  of: Origin;
}

/** The entries of a name, all of which an earlier merge has added. */
function ownEntries(document: Document, name: string): OwnEntry[] {
  return lists.flatMap((list): OwnEntry[] => {
    const entry = entryOf(sequenceOf(document, list), name);
    if (entry === undefined) return [];
    const value = entry.get(entryKeys[list]);
    const extension = isMap(value) ? extensionOf(value)?.get('extension') : undefined;
    if (!isMap(value) || !isMap(extension)) {
      throw new KubeconfigFileError(
        `it has an entry "${name}" in "${list}" that ccectl did not add; rename or remove it, or write another file with --file`,
      );
    }
    return [{ list, value, of: extension.toJSON() as Origin }];
  });
}

function extensionOf(value: YAMLMap): YAMLMap | undefined {
  const extensions = value.get('extensions');
  return isSeq(extensions) ? entryOf(extensions, extensionName) : undefined;
}

function mark(document: Document, value: YAMLMap, { account, region, clusterID }: KubeconfigCluster): void {
  const extension = document.createNode({ account, region, clusterID });
  const known = extensionOf(value);
  if (known !== undefined) known.set('extension', extension);
  else {
    const extensions = value.get('extensions');
    const added = document.createNode({ name: extensionName, extension });
    if (isSeq(extensions)) extensions.add(added);
    else value.set('extensions', document.createNode([added]));
  }
}

function isSame(of: Origin, { account, region, clusterID }: KubeconfigCluster): boolean {
  return of.account === account && of.region === region && of.clusterID === clusterID;
}

function otherCluster(name: string, found: readonly OwnEntry[]): string {
  const { account, region, clusterID } = found[0]?.of ?? {};
  return `its context "${name}" is of another cluster, ${String(clusterID)} of account ${String(account)} in ${String(region)}; --replace replaces it`;
}

/** Quotes texts that YAML 1.1, which kubectl reads, takes for numbers, times or truth values. */
function quoteAmbiguous<Content extends Node | undefined>(node: Content): Content {
  if (node === undefined) return node;
  visit(node, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === 'string' && !isTextIn11(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return node;
}

function isTextIn11(text: string): boolean {
  try {
    return typeof parse(text, { version: '1.1' }) === 'string';
  } catch {
    return false;
  }
}
