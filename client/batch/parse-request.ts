import { createClusterRequestSchema, type CreateClusterRequest } from '../../cce/create-cluster.ts';
import { formatPath } from '../../cce/rules/field-path.ts';
import type { Problem } from '../../cce/validate.ts';

/**
 * Parses the body of a create call, with known keys in the spelling of the vendor's SDK. Rules can be disabled, but a
 * value that does not fit the schema of a create request is still a problem.
 */
export function parseRequest(body: unknown): { request: CreateClusterRequest } | { problems: Problem[] } {
  const parsed = createClusterRequestSchema.safeParse(body);
  if (parsed.success) return { request: parsed.data };
  return {
    problems: parsed.error.issues.map(({ path, message }) => ({
      path: formatPath(path),
      rule: 'not-a-request',
      message,
      advice: 'Correct the value; this check cannot be disabled.',
    })),
  };
}
