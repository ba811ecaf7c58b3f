import { z } from 'zod';
import { validationRules } from '../../client/index.ts';

/** The body of a create. `ValidSpec` finds what is wrong in it; the document has the schema of the API's create call. */
export const createBodySchema = z
  .looseObject({}, 'must be an object, as in a spec file')
  .meta({ id: 'CreateClusterRequest' });

const ruleIDs = validationRules.map(({ id }) => id);

const ruleSchema = z.enum(ruleIDs, { error: 'must be the ID of a validation rule, which docs/cce-api.md lists' });

/** Rules to skip, since the vendor's rules change: one, or the parameter several times. */
export const disabledRules = z
  .union([z.array(ruleSchema), ruleSchema.transform((rule) => [rule])])
  .optional()
  .transform((rules) => rules ?? [])
  .describe("Validation rules to skip, since the vendor's rules change.");
