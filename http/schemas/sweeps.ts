import { z } from 'zod';
import { largestTeardown, maximumConcurrency, type DeleteOptions, type ReconcileOptions } from '../../client/index.ts';
import { secondsSchema } from './duration.ts';

const deleteFlags = {
  deleteResource: z.boolean().exactOptional().describe('Also deletes post-paid public addresses and data disks.'),
  deleteCDSSnapshot: z.boolean().exactOptional().describe('Also deletes snapshots of data disks.'),
  moveOut: z.boolean().exactOptional().describe('Keeps the machines, outside any cluster.'),
};

const filterSchema = z
  .strictObject({
    name: z
      .string()
      .exactOptional()
      .describe('A pattern of names.')
      .meta({ examples: ['ci-*'] }),
    olderThan: secondsSchema.exactOptional().describe('The minimum age.'),
    phases: z.array(z.string()).max(50).exactOptional().describe('Phases, one of which the cluster is in.'),
    except: z.array(z.string()).max(1000).exactOptional().describe('Patterns of names and clusterIDs to leave alone.'),
  })
  .describe('The conditions, of which a cluster must meet all.');

export const teardownPlanSchema = z.strictObject({
  filter: filterSchema,
  maximum: z.int().min(1).max(largestTeardown).default(50).describe('More matches are refused as a mistake.'),
});

export const teardownSchema = teardownPlanSchema.extend({
  delete: z
    .strictObject({
      ...deleteFlags,
      concurrency: z.int().min(1).max(maximumConcurrency).default(10),
      failurePolicy: z
        .union([z.literal('continue'), z.strictObject({ stopAfter: z.int().min(1) })])
        .default('continue'),
    })
    .prefault({}),
});

/** The body of a search for orphans. */
export const reconcileSchema = z.strictObject({
  delete: z
    .strictObject({
      ...deleteFlags,
      olderThan: secondsSchema.prefault('24h').describe('The minimum age of an orphan to delete.'),
    })
    .exactOptional()
    .describe('Deletes orphans. Without it, they are only reported.'),
});

/** The plan of a teardown, as the library takes it. */
export function planOf({ filter: { olderThan, ...filter }, maximum }: z.infer<typeof teardownPlanSchema>) {
  return { filter: { ...filter, ...(olderThan !== undefined && { olderThanSeconds: olderThan }) }, maximum };
}

/** How a teardown deletes, as the library takes it. */
export function deletionOf({ delete: { concurrency, failurePolicy, ...flags } }: z.infer<typeof teardownSchema>) {
  return { options: flagsSet(flags), concurrency, failurePolicy };
}

/** The options of a search for orphans, as the library takes them. */
export function reconcileOptionsOf({ delete: deletion }: z.infer<typeof reconcileSchema>): ReconcileOptions {
  if (deletion === undefined) return {};
  const { olderThan, ...flags } = deletion;
  return { delete: { olderThanSeconds: olderThan, options: flagsSet(flags) } };
}

/** An explicit `moveOut: false` would make a clean-up delete machines that existed before the cluster. */
function flagsSet(flags: DeleteOptions): DeleteOptions {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value === true));
}
