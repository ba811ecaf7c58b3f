import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import { nodeOptionProblems, type NodeOptions } from '../contract/readiness.ts';
import { InvalidOptionsError } from './errors/invalid-options-error.ts';

/**
 * Checks what a create is to do about its nodes, before anything is started.
 *
 * @throws InvalidOptionsError that names every problem
 */
export function checkNodeOptions(options: NodeOptions, request: CreateClusterRequest): void {
  const problems = nodeOptionProblems(options, request);
  if (problems.length > 0) throw new InvalidOptionsError(problems);
}
