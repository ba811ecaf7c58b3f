import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import type { Problem } from '../../cce/validate.ts';
import type { BatchItem, FailurePolicy } from '../../contract/batch/item.ts';
import { maximumItems } from '../../contract/batch/limits.ts';
import { nodeOptionProblems, withReadiness } from '../../contract/readiness.ts';
import type { CreateOptions } from '../start-create.ts';
import { checkDrafts } from './checks.ts';
import { readBatchDocument, readBatchEntry } from './document.ts';
import { draftItems, type ItemDraft } from './drafts.ts';
import { isTooDeep } from './nesting.ts';
import { parseRequest } from './parse-request.ts';
import { describeProblems, type ItemProblem } from './problems.ts';
import { giveRanges } from './ranges.ts';

/** An expanded batch, with all its problems. */
export interface ExpandedBatch {
  name?: string;
  /** How many items may be under way at once. @default 50 */
  concurrency: number;
  /** What the batch does when items fail. @default 'continue' */
  failurePolicy: FailurePolicy;
  /** All items; with errors, those that can be parsed. Requests have known keys in the spelling of the vendor's SDK. */
  items: BatchItem[];
  /** The number of creates, including those that cannot be parsed. */
  creates: number;
  /** The number of deletes. */
  deletes: number;
  /** Problems that prevent the start. Paths count the expanded items: `items[0..999].cluster.k8sVersion`. */
  errors: Problem[];
  /** Signs that creates may not do what the user intends. */
  warnings: Problem[];
}

/** Settings that replace those of the document. */
export interface BatchSettings {
  name?: string;
  concurrency?: number;
}

/**
 * Expands a batch document, which `docs/batch-spec.md` describes: merges entries into the template, generates names, hands
 * out ranges, and validates everything.
 *
 * Accepts any JSON value and never throws: it reports an unreadable document as errors.
 */
export function expandBatch(document: unknown, settings: BatchSettings = {}): ExpandedBatch {
  const isDeep = isTooDeep(document);
  const { document: batch, errors } = readBatchDocument(withSettings(isDeep ? {} : document, settings));
  const { name, concurrency, failurePolicy } = batch;
  const entries = batch.items.map(readBatchEntry);
  const creates = entries.reduce((sum, entry) => sum + (entry.kind === 'create' ? entry.count : 0), 0);
  const deletes = entries.filter(({ kind }) => kind === 'delete').length;
  // A batch that is too large is not expanded: a few lines can stand for millions of items.
  const isTooLarge = creates + deletes > maximumItems;
  const { drafts, errors: rangeErrors } = giveRanges(isTooLarge ? [] : draftItems(batch, entries), batch.ranges);
  const checked = checkDrafts(drafts);
  const read = readItems(drafts, checked.errors);
  const origins = drafts.map(({ entry }) => entry);
  return {
    ...(name !== undefined && { name }),
    concurrency,
    failurePolicy,
    items: read.items,
    creates,
    deletes,
    errors: [
      ...(isDeep ? [tooDeep] : errors),
      ...(isTooLarge ? [tooLarge(creates + deletes)] : []),
      ...rangeErrors,
      ...describeProblems([...checked.errors, ...read.errors], origins),
    ],
    warnings: describeProblems(checked.warnings, origins),
  };
}

function withSettings(document: unknown, settings: BatchSettings): unknown {
  if (Array.isArray(document)) return { items: document, ...settings };
  return typeof document === 'object' && document !== null ? { ...document, ...settings } : document;
}

function readItems(
  drafts: readonly ItemDraft[],
  known: readonly ItemProblem[],
): { items: BatchItem[]; errors: ItemProblem[] } {
  const hasErrors = new Set(known.map(({ item }) => item));
  const items: BatchItem[] = [];
  const errors: ItemProblem[] = [];
  for (const [item, draft] of drafts.entries()) {
    if (draft.kind === 'delete') items.push({ kind: 'delete', input: draft.input });
    if (draft.kind !== 'create') continue;
    const parsed = parseRequest(draft.body);
    if ('request' in parsed) {
      const { request } = parsed;
      items.push({ kind: 'create', input: withReadiness({ request, ...draft.options }) });
      errors.push(...nodeProblems(draft.options, request).map((problem) => ({ ...problem, item })));
    } else if (!hasErrors.has(item)) {
      // The rules that would have reported it are disabled.
      errors.push(...parsed.problems.map((problem) => ({ ...problem, item })));
    }
  }
  return { items, errors };
}

/** The options of a batch may not fit each of its items. */
function nodeProblems(options: CreateOptions, request: CreateClusterRequest): Problem[] {
  return nodeOptionProblems(options, request).map(({ path, message }) => ({
    path: `create.${path === 'nodeTimeoutSeconds' ? 'nodeTimeout' : path}`,
    rule: 'batch-document',
    message: `The option ${message}.`,
    advice: 'docs/batch-spec.md describes the options of creates.',
  }));
}

const tooDeep: Problem = {
  path: '',
  rule: 'batch-document',
  message: 'The document is nested too deeply, or contains itself.',
  advice: 'docs/batch-spec.md describes all keys of a batch.',
};

function tooLarge(items: number): Problem {
  return {
    path: 'items',
    rule: 'batch-too-large',
    message: `The batch has ${items} items.`,
    advice: `Divide it into batches of at most ${maximumItems} items.`,
  };
}
