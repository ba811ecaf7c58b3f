import type { CreateClusterOutcome } from '../contract/create.ts';
import type { DeleteClusterOutcome } from '../contract/delete.ts';
import { mergeLeftovers, type Leftovers } from '../contract/leftovers.ts';

/** All that an operation left behind, by ID: its delete, its clean-up, or its deletion of duplicates. */
export function leftoversIn({
  leftovers,
  cleanup,
  duplicates = [],
}: Pick<DeleteClusterOutcome, 'leftovers'> & Pick<CreateClusterOutcome, 'cleanup' | 'duplicates'>):
  | Leftovers
  | undefined {
  return mergeLeftovers([leftovers, cleanup?.leftovers, ...duplicates.map((duplicate) => duplicate.leftovers)]);
}
