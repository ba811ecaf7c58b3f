import ms, { type StringValue } from 'ms';
import { z } from 'zod';
import { hasHostBits, parseNetworkRange } from '../../cce/network-ranges.ts';
import { formatPath } from '../../cce/rules/field-path.ts';
import { validationRules, type Problem } from '../../cce/validate.ts';
import { maximumConcurrency, maximumItems } from '../../contract/batch/limits.ts';
import { labelPattern } from '../../contract/identity.ts';
import { isNamePattern, nameWithIndex } from './names.ts';

const durationWanted = { error: 'A duration of at least one second is wanted, such as 90s, 20m or 8h' };

/** Read as seconds. */
const durationSchema = z
  .string()
  .min(1)
  .max(100)
  .transform((text) => Math.round(ms(text as StringValue) / 1000))
  .pipe(z.number(durationWanted).min(1, durationWanted));

const ruleIDs = [...validationRules.map(({ id }) => id), 'batch-ranges-overlap'];

/** Options of creates, as {@link CreateOptions} has them, with durations as texts in the document. */
export type CreateSettings = z.infer<typeof createSettingsSchema>;
const createSettingsSchema = z.strictObject({
  onFailure: z.enum(['delete', 'keep']).exactOptional(),
  timeout: durationSchema.exactOptional(),
  ttl: durationSchema.exactOptional(),
  allowDuplicateName: z.boolean().exactOptional(),
  disabledRules: z.array(z.enum(ruleIDs)).exactOptional(),
});

/** Options of deletes, as {@link DeleteClusterInput} has them. */
export type DeleteSettings = z.infer<typeof deleteSettingsSchema>;
const deleteSettingsSchema = z.strictObject({
  deleteResource: z.boolean().exactOptional(),
  deleteCDSSnapshot: z.boolean().exactOptional(),
  moveOut: z.boolean().exactOptional(),
  waitForRelease: z.boolean().exactOptional(),
  timeout: durationSchema.exactOptional(),
});

/** A pool that ranges of one size are handed out from. */
export type RangePool = z.infer<typeof rangePoolSchema>;
const rangePoolSchema = z
  .strictObject({
    pool: z.string().transform((text, context) => {
      const range = parseNetworkRange(text);
      if (range?.family === 'ipv4' && !hasHostBits(range)) return range;
      context.addIssue('A range of IPv4 addresses is wanted that begins with its first, such as 10.0.0.0/8');
      return z.NEVER;
    }),
    prefixLength: z.int().min(0).max(32),
  })
  .refine(({ pool, prefixLength }) => prefixLength >= pool.prefixLength, {
    path: ['prefixLength'],
    error: 'The ranges are larger than the pool',
  });

const settingsSchema = z.strictObject({
  name: z.string().regex(labelPattern, 'A name has 1 to 64 letters, digits, ".", "_" and "-"').exactOptional(),
  concurrency: z.int().min(1).max(maximumConcurrency).default(50),
  failurePolicy: z
    .union([z.enum(['continue', 'rollback']), z.strictObject({ stopAfter: z.int().min(1) })], {
      error: 'One of continue, rollback and {stopAfter: N} is wanted, N being 1 or more',
    })
    .default('continue'),
  create: createSettingsSchema.default({}),
  delete: deleteSettingsSchema.default({}),
  template: z.looseObject({}).default({}),
  ranges: z
    .strictObject({ pods: rangePoolSchema.exactOptional(), services: rangePoolSchema.exactOptional() })
    .default({}),
});

/** The settings of a batch and its entries, which are read one by one: see {@link readBatchEntry}. */
export type BatchDocument = z.infer<typeof batchDocumentSchema>;
const batchDocumentSchema = settingsSchema.extend({ items: z.array(z.unknown()).min(1) });

const createEntrySchema = z
  .strictObject({
    count: z.int().min(1).max(maximumItems).default(1),
    start: z.int().min(0).default(0),
    name: z
      .string()
      .min(1)
      .refine(isNamePattern, 'What may stand in braces is {index}, or {index:04} for at least four digits')
      .exactOptional(),
    create: createSettingsSchema.default({}),
    set: z.record(z.string(), z.unknown()).default({}),
    // What may stand in a create request. Newer fields than these can be in the template, or be set by path.
    cluster: z.unknown().exactOptional(),
    masters: z.unknown().exactOptional(),
    nodes: z.unknown().exactOptional(),
    options: z.unknown().exactOptional(),
    metadata: z.unknown().exactOptional(),
    nodeGroups: z.unknown().exactOptional(),
  })
  .refine(({ count, name = '' }) => count === 1 || nameWithIndex(name, 0) !== name, {
    path: ['name'],
    error: 'A name with {index} is wanted, since the entry makes several clusters',
  });

const deleteEntrySchema = z.strictObject({ delete: z.string().min(1), ...deleteSettingsSchema.shape });

/** What can be read of a batch; what cannot is left out, or has its default, and is among the errors. */
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

/** Some creates of one spec. Fields of the spec are not looked at yet. */
export type CreateEntry = { kind: 'create' } & z.infer<typeof createEntrySchema>;

export type BatchEntry =
  | CreateEntry
  | ({ kind: 'delete' } & z.infer<typeof deleteEntrySchema>)
  | { kind: 'unreadable'; problems: Problem[] };

/** Reads one of `items`; the paths of its problems begin below it. */
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
    advice: 'docs/batch-spec.md says what a batch may have.',
  };
}
