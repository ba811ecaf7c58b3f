import ms, { type StringValue } from 'ms';
import { z } from 'zod';
import { hasHostBits, parseNetworkRange } from '../../cce/network-ranges.ts';
import { formatPath } from '../../cce/rules/field-path.ts';
import { validationRules, type Problem } from '../../cce/validate.ts';
import { maximumConcurrency, maximumItems } from '../../contract/batch/limits.ts';
import { labelForm, labelPattern } from '../../contract/identity.ts';
import { isReadiness, readinessForm } from '../../contract/readiness.ts';
import { isNamePattern, nameWithIndex } from './names.ts';

const durationWanted = { error: 'The value must be a duration of at least one second, such as 90s, 20m or 8h' };

/** Parses a duration as seconds. */
const durationSchema = z
  .string()
  .min(1)
  .max(100)
  .transform((text) => Math.round(ms(text as StringValue) / 1000))
  .pipe(z.number(durationWanted).min(1, durationWanted));

const ruleIDs = [...validationRules.map(({ id }) => id), 'batch-ranges-overlap'];

/** Options of creates, see {@link CreateOptions}. The document has durations as text. */
export type CreateSettings = z.infer<typeof createSettingsSchema>;
const createSettingsSchema = z.strictObject({
  onFailure: z.enum(['delete', 'keep']).exactOptional(),
  timeout: durationSchema.exactOptional(),
  cleanUpTimeout: durationSchema.exactOptional(),
  ttl: durationSchema.exactOptional(),
  readiness: z.string().refine(isReadiness, `The value must be ${readinessForm}`).exactOptional(),
  nodeTimeout: durationSchema.exactOptional(),
  onNodeFailure: z.enum(['fail', 'replace', 'accept']).exactOptional(),
  maxReplacements: z.int().min(1).max(100).exactOptional(),
  allowDuplicateName: z.boolean().exactOptional(),
  disabledRules: z.array(z.enum(ruleIDs)).exactOptional(),
});

/** Options of deletes, see {@link DeleteClusterInput}. */
export type DeleteSettings = z.infer<typeof deleteSettingsSchema>;
const deleteSettingsSchema = z.strictObject({
  deleteResource: z.boolean().exactOptional(),
  deleteCDSSnapshot: z.boolean().exactOptional(),
  moveOut: z.boolean().exactOptional(),
  waitForRelease: z.boolean().exactOptional(),
  timeout: durationSchema.exactOptional(),
});

/** A pool of addresses, divided into ranges of one size. */
export type RangePool = z.infer<typeof rangePoolSchema>;
const rangePoolSchema = z
  .strictObject({
    pool: z.string().transform((text, context) => {
      const range = parseNetworkRange(text);
      if (range?.family === 'ipv4' && !hasHostBits(range)) return range;
      context.addIssue('The value must be an IPv4 range without host bits, such as 10.0.0.0/8');
      return z.NEVER;
    }),
    prefixLength: z.int().min(0).max(32),
  })
  .refine(({ pool, prefixLength }) => prefixLength >= pool.prefixLength, {
    path: ['prefixLength'],
    error: 'The ranges are larger than the pool',
  });

const settingsSchema = z.strictObject({
  name: z.string().regex(labelPattern, `A name must be ${labelForm}`).exactOptional(),
  concurrency: z.int().min(1).max(maximumConcurrency).default(50),
  failurePolicy: z
    .union([z.enum(['continue', 'rollback']), z.strictObject({ stopAfter: z.int().min(1) })], {
      error: 'The value must be continue, rollback, or {stopAfter: N} with N of 1 or more',
    })
    .default('continue'),
  create: createSettingsSchema.default({}),
  delete: deleteSettingsSchema.default({}),
  template: z.looseObject({}).default({}),
  ranges: z
    .strictObject({ pods: rangePoolSchema.exactOptional(), services: rangePoolSchema.exactOptional() })
    .default({}),
});

/** The settings of a batch, and its entries, which {@link readBatchEntry} parses one by one. */
export type BatchDocument = z.infer<typeof batchDocumentSchema>;
const batchDocumentSchema = settingsSchema.extend({ items: z.array(z.unknown()).min(1) });

const createEntrySchema = z
  .strictObject({
    count: z.int().min(1).max(maximumItems).default(1),
    start: z.int().min(0).default(0),
    name: z
      .string()
      .min(1)
      .refine(isNamePattern, 'A placeholder must be {index}, or {index:04} for at least four digits')
      .exactOptional(),
    create: createSettingsSchema.default({}),
    set: z.record(z.string(), z.unknown()).default({}),
    // The known parts of a create request. The template or `set` can contain newer ones.
    cluster: z.unknown().exactOptional(),
    masters: z.unknown().exactOptional(),
    nodes: z.unknown().exactOptional(),
    options: z.unknown().exactOptional(),
    metadata: z.unknown().exactOptional(),
    nodeGroups: z.unknown().exactOptional(),
  })
  .refine(({ count, name = '' }) => count === 1 || nameWithIndex(name, 0) !== name, {
    path: ['name'],
    error: 'The name must contain {index}, because the entry makes several clusters',
  });

const deleteEntrySchema = z.strictObject({ delete: z.string().min(1), ...deleteSettingsSchema.shape });

/** Parses a batch as far as possible. An invalid part is absent or has its default, and is reported in `errors`. */
export function readBatchDocument(source: unknown): { document: BatchDocument; errors: Problem[] } {
  const parsed = batchDocumentSchema.safeParse(source);
  if (parsed.success) return { document: parsed.data, errors: [] };
  const { issues } = parsed.error;
  const unreadable = issues.flatMap(({ path, ...issue }) =>
    path.length > 0 ? [String(path[0])] : issue.code === 'unrecognized_keys' ? issue.keys : [],
  );
  const readable = Object.entries(source ?? {}).filter(([key]) => !unreadable.includes(key));
  const reparsed = batchDocumentSchema.safeParse(Object.fromEntries(readable));
  return {
    document: reparsed.data ?? { ...settingsSchema.parse({}), items: [] },
    errors: issues.map(toProblem),
  };
}

/** One or more creates of one spec. Its fields are not validated yet. */
export type CreateEntry = { kind: 'create' } & z.infer<typeof createEntrySchema>;

export type BatchEntry =
  | CreateEntry
  | ({ kind: 'delete' } & z.infer<typeof deleteEntrySchema>)
  | { kind: 'unreadable'; problems: Problem[] };

/** Parses one of `items`. The paths of its problems are relative to it. */
export function readBatchEntry(source: unknown): BatchEntry {
  const isDelete = typeof source === 'object' && source !== null && 'delete' in source;
  const kind = isDelete ? 'delete' : 'create';
  const parsed = isDelete ? deleteEntrySchema.safeParse(source) : createEntrySchema.safeParse(source);
  if (!parsed.success) return { kind: 'unreadable', problems: parsed.error.issues.map(toProblem) };
  return { kind, ...parsed.data } as BatchEntry;
}

function toProblem({ path, message }: z.core.$ZodIssue): Problem {
  return {
    path: formatPath(path),
    rule: 'batch-document',
    message: `${message}.`,
    advice: 'docs/batch-spec.md describes all keys of a batch.',
  };
}
