import { z } from 'zod';
import { isReadiness, readinessForm } from '../../client/index.ts';
import { secondsSchema } from './duration.ts';
import { changeQuery, flag, waitQuery } from './requests.ts';
import { disabledRules } from './spec.ts';

/** The options of a create, with the same defaults as in the library. */
export const createQuery = changeQuery.extend(waitQuery.shape).extend({
  onFailure: z
    .enum(['delete', 'keep'])
    .optional()
    .describe('What to do with a cluster that never runs. Default: delete.'),
  timeout: secondsSchema.optional().describe('The maximum time until the cluster runs. Default: 1h.'),
  cleanUpTimeout: secondsSchema.optional().describe('The maximum time of a clean-up. Default: 24h.'),
  ttl: secondsSchema.optional().describe('The time to live, after which the cluster is deleted. Default: none.'),
  readiness: z
    .string()
    .refine(isReadiness, `must be ${readinessForm}`)
    .optional()
    .describe(
      'When the cluster counts as running: as soon as its masters do (`cluster`), or with all of its nodes (`nodes`), N of them (`nodes>=N`) or a share of them (`N%`). Default: nodes.',
    ),
  nodeTimeout: secondsSchema.optional().describe('The maximum time from then until its nodes run. Default: 90m.'),
  onNodeFailure: z
    .enum(['fail', 'replace', 'accept'])
    .optional()
    .describe('What to do if too many nodes fail: fail, replace them, or accept that. Default: fail.'),
  maxReplacements: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('The maximum number of nodes to replace. Default: 3.'),
  allowDuplicateName: flag.optional().describe('Creates the cluster even if another one has its name.'),
  disabledRule: disabledRules,
});
