import { z } from 'zod';
import { validationRules } from '../../client/index.ts';

/** The body of a create. `ValidSpec` finds what is wrong in it; the document has the schema of the API's create call. */
export const createBodySchema = z
  .looseObject({}, 'must be an object, as in a spec file')
  .meta({ id: 'CreateClusterRequest' });

const ruleIDs = validationRules.map(({ id }) => id);

const ruleSchema = z.enum(ruleIDs, { error: 'must be the ID of a validation rule, which docs/cce-api.md lists' });

/** Rules to skip, since the vendor's rules change: the parameter once or several times. */
export const disabledRules = z
  .preprocess((value) => (typeof value === 'string' ? [value] : (value ?? [])), z.array(ruleSchema))
  .meta({
    description: "Validation rules to skip, since the vendor's rules change.",
    type: 'array',
    items: { type: 'string', enum: ruleIDs },
  })
  .optional()
  .transform((rules) => rules ?? []);
