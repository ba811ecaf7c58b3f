import { expect, it } from 'vitest';
import type { CreateClusterOutcome } from '../../../contract/create.ts';
import { hasSeenGone } from '../../../temporal/executions/record-of-earlier.ts';

const cleanedUp = (status: 'deleted' | 'kept' | 'incomplete', ...clusterIDs: string[]) => ({
  cleanup: { status, clusterIDs },
});

it.each<[what: string, outcome: Partial<CreateClusterOutcome> | undefined, isGone: boolean]>([
  ['was terminated', undefined, false],
  ['made a cluster that runs', { outcome: 'running', clusterID: 'cce-1' }, false],
  ['failed, and deleted it', { outcome: 'failed', ...cleanedUp('deleted', 'cce-1') }, true],
  ['was cancelled, and deleted another one', { outcome: 'cancelled', ...cleanedUp('deleted', 'cce-2') }, false],
  ['was cancelled, and kept it', { outcome: 'cancelled', ...cleanedUp('kept', 'cce-1') }, false],
  ['expired, and could not delete it', { outcome: 'expired', ...cleanedUp('incomplete', 'cce-1') }, false],
  ['expired, and deleted it', { outcome: 'expired', ...cleanedUp('deleted', 'cce-1') }, true],
  ['lost it to somebody else', { outcome: 'vanished', clusterID: 'cce-1' }, true],
  ['lost another one to somebody else', { outcome: 'vanished', clusterID: 'cce-2' }, false],
])('tells whether a cluster is gone after a create that %s', (_, outcome, isGone) => {
  const whole = outcome && ({ steps: [], ...outcome } as CreateClusterOutcome);
  expect(hasSeenGone(whole, 'cce-1')).toBe(isGone);
});
