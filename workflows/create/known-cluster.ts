import { sleep } from '@temporalio/workflow';
import type { FoundCluster } from '../../activities/create/find-clusters.ts';
import type { SubmitInput } from '../../activities/create/submit-cluster.ts';
import { isOursAndStanding, isStanding } from '../operation/is-standing.ts';
import type { Progress } from '../operation/progress.ts';
import { settlePauses } from '../operation/settle-pauses.ts';
import type { Creation } from './creation.ts';

/**
 * A cluster of ours that has the name of a create, as our records have it or a look has shown it. Until several looks in a row were
 * in vain, it may exist although one of them does not show it: lists and reads of a healthy cluster may be wrong for 90 s
 * (docs/assumptions.md).
 */
export interface KnownCluster {
  /** What the next request has to know of it. */
  forSubmit: () => Pick<SubmitInput, 'knownClusterID' | 'isKnownLookedFor'>;
  /** Takes note of what a look has shown. */
  note: (found: readonly FoundCluster[]) => void;
  /** Pauses after a look that did not show it. The look after the last pause decides. */
  awaitNextLook: () => Promise<void>;
}

export function knownCluster(
  { knownClusterID, allowDuplicateName }: Creation,
  progress: Pick<Progress, 'waitFor'>,
): KnownCluster {
  let clusterID = allowDuplicateName ? undefined : knownClusterID;
  let looks = 0;
  let isDoomed = false;
  return {
    forSubmit: () => ({
      ...(clusterID !== undefined && { knownClusterID: clusterID }),
      ...(clusterID !== undefined && (isDoomed || looks >= settlePauses.length) && { isKnownLookedFor: true }),
    }),
    note(found) {
      // The service itself has said that it goes: then one look without it is enough.
      if (found.some((each) => each.clusterID === clusterID && !isStanding(each))) clusterID = undefined;
      if (!allowDuplicateName) clusterID ??= found.find(isOursAndStanding)?.clusterID;
      const known = found.find((each) => each.clusterID === clusterID);
      if (known === undefined) return;
      looks = 0;
      // A delete of ours is about it. That may be cancelled, so neither list nor read must show the cluster any more.
      isDoomed = known.isBeingDeleted === true;
    },
    async awaitNextLook() {
      const pause = settlePauses[looks++] ?? '30s';
      const message = `no look shows ${clusterID}, which has this name; a look may miss a cluster for 90 s`;
      progress.waitFor({ reason: 'service', message });
      await sleep(pause, { summary: 'before the next look for the known cluster' });
      progress.waitFor(undefined);
    },
  };
}
