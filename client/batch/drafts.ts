import { readPartialRequest } from '../../cce/partial-request.ts';
import type { Problem } from '../../cce/validate.ts';
import type { DeleteClusterInput } from '../../contract/delete.ts';
import { isClusterID } from '../../cce/cluster-id.ts';
import type { CreateOptions } from '../start-create.ts';
import type { BatchDocument, BatchEntry, CreateEntry, CreateSettings, DeleteSettings } from './document.ts';
import { mergePatch } from './merge-patch.ts';
import { nameWithIndex } from './names.ts';
import { setPaths } from './set-paths.ts';

/** One item of a batch during its expansion. */
export type ItemDraft = CreateDraft | DeleteDraft | UnreadableDraft;

export interface CreateDraft extends DraftOrigin {
  kind: 'create';
  /** Absent if the spec has none, which validation reports. */
  clusterName?: string;
  /**
   * Template and entry merged, before names and ranges are added. All drafts that differ in nothing else share the object,
   * so that slow work is done once for each object.
   */
  spec: object;
  /** The body of the create request. */
  body: object;
  options: CreateOptions;
}

interface DeleteDraft extends DraftOrigin {
  kind: 'delete';
  input: DeleteClusterInput;
}

/** Stands for the items of an entry that cannot be parsed. */
interface UnreadableDraft extends DraftOrigin {
  kind: 'unreadable';
}

interface DraftOrigin {
  /** The index of the entry in the document. */
  entry: number;
  /** The problems of the entry itself. Paths are relative to it. */
  problems: readonly Problem[];
}

/** Expands entries to items, in order. Ranges from pools are added later. */
export function draftItems(document: BatchDocument, entries: readonly BatchEntry[]): ItemDraft[] {
  const specs = new Map<string, Pick<CreateDraft, 'spec' | 'problems'>>();

  return entries.flatMap((source, entry): ItemDraft[] => {
    if (source.kind === 'unreadable') return [{ entry, ...source }];
    if (source.kind === 'create') return draftCreates(source, entry);
    const { kind, delete: nameOrID, ...settings } = source;
    return [{ kind, entry, problems: [], input: deleteInput(nameOrID, { ...document.delete, ...settings }) }];
  });

  function draftCreates(source: CreateEntry, entry: number): CreateDraft[] {
    const { kind, count, start, name, create, set, ...fields } = source;
    const key = JSON.stringify([name === undefined, create, set, fields]);
    const made = specs.get(key) ?? makeSpec(mergePatch(document.template, fields), set);
    specs.set(key, made);
    const common = { kind, entry, ...made, options: createOptions({ ...document.create, ...create }) };
    if (name === undefined) {
      const clusterName = readPartialRequest(made.spec).cluster?.clusterName;
      return [{ ...common, body: made.spec, ...(clusterName !== undefined && { clusterName }) }];
    }
    return Array.from({ length: count }, (_, index) => {
      const clusterName = nameWithIndex(name, start + index);
      return { ...common, clusterName, body: mergePatch(made.spec, { cluster: { clusterName } }) };
    });
  }
}

function makeSpec(merged: object, set: CreateEntry['set']): Pick<CreateDraft, 'spec' | 'problems'> {
  const problems: Problem[] = [];
  const spec = setPaths(merged, set, (path, message) =>
    problems.push({ path: `set[${JSON.stringify(path)}]`, rule: 'batch-document', message, advice: pathAdvice }),
  );
  return { spec, problems };
}

const pathAdvice =
  'Write a path such as nodes[0].instanceSpec.imageID, with a backslash before each dot within a name.';

function createOptions({ timeout, cleanUpTimeout, ttl, nodeTimeout, ...options }: CreateSettings): CreateOptions {
  return {
    ...options,
    ...(timeout !== undefined && { timeoutSeconds: timeout }),
    ...(cleanUpTimeout !== undefined && { cleanUpTimeoutSeconds: cleanUpTimeout }),
    ...(ttl !== undefined && { ttlSeconds: ttl }),
    ...(nodeTimeout !== undefined && { nodeTimeoutSeconds: nodeTimeout }),
  };
}

function deleteInput(nameOrID: string, { timeout, waitForRelease, ...options }: DeleteSettings): DeleteClusterInput {
  return {
    target: isClusterID(nameOrID) ? { clusterID: nameOrID } : { clusterName: nameOrID },
    options,
    ...(timeout !== undefined && { timeoutSeconds: timeout }),
    ...(waitForRelease !== undefined && { waitForRelease }),
  };
}
