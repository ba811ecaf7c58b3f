import { z } from 'zod';
import { clusterNamePattern, labelForm, labelPattern, regionForm, regionPattern } from '../../client/index.ts';
import { durationSchema } from './duration.ts';

export const label = z.string().regex(labelPattern, `must be ${labelForm}`);

const region = z.string().regex(regionPattern, `must be ${regionForm}`);

/** The path parameters that every route of the API has. */
export const scopeParams = z.object({
  account: label.describe('The label of the account whose workers act.'),
  region: region.describe('The region of the clusters.').meta({ examples: ['bj'] }),
});

export const clusterParams = scopeParams.extend({
  name: z
    .string()
    .regex(clusterNamePattern, 'must be 1 to 65 letters, digits, dots, dashes or underscores')
    .describe('The name of a cluster or its clusterID.'),
});

/** The name of a batch or a schedule. */
export const labelParams = scopeParams.extend({ name: label.describe('The name of the batch or schedule.') });

/** A switch of the query: nothing but `true` and `false`, so that a slip turns nothing on. */
export const flag = z.enum(['true', 'false'], { error: 'must be true or false' }).transform((text) => text === 'true');

const longestWaitMs = 120_000;

// Queries are strict: a misspelt `ttl` would make a cluster that stays for ever, and a misspelt `validateOnly` would do what
// was to be checked.

export const waitQuery = z.strictObject({
  wait: durationSchema
    .refine((milliseconds) => milliseconds <= longestWaitMs, 'must be at most 2m')
    .optional()
    .describe(
      'How long to wait for the end of the operation before the answer, at most 2m. Without it, the answer comes at once.',
    ),
});

const requestKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
  .optional();

/** The headers of a change that answers with an operation. */
export const keyHeaders = z.looseObject({
  'idempotency-key': requestKey.describe(
    'A text of your choice, for example a UUID, different for each request. Within a day, the same request with the same key gets the same operation, and another request with it is refused with 409.',
  ),
});

export const keyQuery = z.strictObject({ requestId: requestKey.describe('The same as the header `Idempotency-Key`.') });

export const checkQuery = z.strictObject({
  validateOnly: flag.optional().describe('Checks the request and the rights, and changes nothing.'),
});

/** A request that has no parameters. */
export const noQuery = z.strictObject({});

export const changeQuery = keyQuery.extend(checkQuery.shape);

export const pageQuery = z.strictObject({
  pageSize: z.coerce
    .number({ error: 'must be a whole number from 1 to 1000' })
    .int('must be a whole number from 1 to 1000')
    .min(1, 'must be a whole number from 1 to 1000')
    .max(1000, 'must be a whole number from 1 to 1000')
    .default(100)
    .describe('The maximum number of entries.'),
  cursor: z.string().max(500).optional().describe('The `nextCursor` of the page before.'),
});
