import { createCounters } from '../../contract/create-counters.ts';
import type { CreateClusterOutcome } from '../../contract/create.ts';
import { scopeMeter } from '../operation/scope-meter.ts';

/** Counts what rarely happens to a create: adoptions, duplicates, and clean-ups that left a cluster. */
export function countIncidents({ adopted = false, duplicates = [], cleanup }: CreateClusterOutcome): void {
  const counters = createCounters(scopeMeter());
  if (adopted) counters.adoptions.add(1);
  for (const { deleted } of duplicates) counters.duplicates.add(1, { deleted });
  if (cleanup?.status === 'incomplete') counters.cleanupsIncomplete.add(1);
}
