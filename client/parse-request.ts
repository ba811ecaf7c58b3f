import { createClusterRequestSchema, type CreateClusterRequest } from '../cce/create-cluster.ts';
import { formatPath } from '../cce/rules/field-path.ts';
import type { Problem } from '../cce/validate.ts';

/**
 * Reads the body of a create call, with known keys in the SDK's spelling. Rules can be turned off, but what is no create
 * request at all cannot be made sense of.
 */
export function parseRequest(body: unknown): { request: CreateClusterRequest } | { problems: Problem[] } {
  const parsed = createClusterRequestSchema.safeParse(body);
  if (parsed.success) return { request: parsed.data };
  return {
    problems: parsed.error.issues.map(({ path, message }) => ({
      path: formatPath(path),
      rule: 'not-a-request',
      message,
      advice: 'This cannot be turned off.',
    })),
  };
}
