import { z } from 'zod';
import { createClusterRequestSchema } from '../cce/create-cluster.ts';

/**
 * Describes the body of the API's create call as JSON Schema 2020-12, for documents and generated clients. The service
 * takes more than this says: further keys, and known keys in another case. {@link ValidSpec} checks a body.
 */
export function requestJSONSchema(): object {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(createClusterRequestSchema, {
    io: 'output',
    unrepresentable: 'any',
    override({ jsonSchema }) {
      // The service may add values before this list does.
      if (Array.isArray(jsonSchema.knownValues)) jsonSchema.examples = jsonSchema.knownValues;
      delete jsonSchema.knownValues;
    },
  });
  return schema;
}
