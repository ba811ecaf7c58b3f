import type { Problem } from '../../cce/validate.ts';
import type { BatchItem, FailurePolicy } from '../../contract/batch/item.ts';
import { maximumItems } from '../../contract/batch/limits.ts';
import { checkDrafts } from './checks.ts';
import { readBatchDocument, readBatchEntry } from './document.ts';
import { draftItems, type ItemDraft } from './drafts.ts';
import { parseRequest } from './parse-request.ts';
import { describeProblems, type ItemProblem } from './problems.ts';
import { giveRanges } from './ranges.ts';

/** A batch as it is to be run, and all that is wrong with it. */
export interface ExpandedBatch {
  name?: string;
  /** How many items may be under way at the same time. @default 50 */
  concurrency: number;
  /** @default 'continue' */
  failurePolicy: FailurePolicy;
  /** All items, if there are no errors; else those that can be read. Requests have known keys in the SDK's spelling. */
  items: BatchItem[];
  /** How many items are creates and deletes, also of those that cannot be read as requests. */
  creates: number;
  deletes: number;
  /** Any of them keeps the batch from being run. Paths count the items as expanded: `items[0..999].cluster.k8sVersion`. */
  errors: Problem[];
  /** What is unwise about specs, but does not keep them from being tried. */
  warnings: Problem[];
}

/** In place of those in the document. */
export interface BatchSettings {
  name?: string;
  concurrency?: number;
}

/**
 * Expands the specification of a batch, as `docs/batch-spec.md` describes it: template and entries become ordinary
 * items, names are generated, ranges handed out, and everything is validated.
 *
 * Takes any JSON value, and never throws: what cannot be read is among the errors.
 */
export function expandBatch(document: unknown, settings: BatchSettings = {}): ExpandedBatch {
  const { document: batch, errors } = readBatchDocument(withSettings(document, settings));
  const { name, concurrency, failurePolicy } = batch;
  const entries = batch.items.map(readBatchEntry);
  const creates = entries.reduce((sum, entry) => sum + (entry.kind === 'create' ? entry.count : 0), 0);
  const deletes = entries.filter(({ kind }) => kind === 'delete').length;
  // Not even expanded: few lines may ask for millions.
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
      ...errors,
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
      items.push({ kind: 'create', input: { request: parsed.request, ...draft.options } });
    } else if (!hasErrors.has(item)) {
      // The rules that would have told of it are turned off.
      errors.push(...parsed.problems.map((problem) => ({ ...problem, item })));
    }
  }
  return { items, errors };
}

function tooLarge(items: number): Problem {
  return {
    path: 'items',
    rule: 'batch-too-large',
    message: `The batch has ${items} items.`,
    advice: `Divide it into batches of at most ${maximumItems}.`,
  };
}
