import { sleep } from '@temporalio/workflow';
import type { Progress } from '../operation/progress.ts';
import { settlePauses } from '../operation/settle-pauses.ts';
import type { Creation } from './creation.ts';

/** The cluster of the create of this name before, which our records have: as long as it may exist, nothing is sent. */
export interface KnownCluster {
  /** `undefined` if there is none, or if it is believed to be gone. */
  clusterID: () => string | undefined;
  /** Notes that the service itself has said that it is going: then one look without it is enough. */
  noteLeaving: (clusterID: string) => void;
  /** Pauses after a look that did not show it. After the last pause, it counts as gone. */
  awaitNextLook: () => Promise<void>;
}

/**
 * One look that shows no such cluster proves nothing: lists and reads of a healthy cluster may be wrong for 90 s
 * (docs/assumptions.md).
 */
export function knownCluster(
  { knownClusterID, allowDuplicateName }: Creation,
  progress: Pick<Progress, 'waitFor'>,
): KnownCluster {
  let clusterID = allowDuplicateName ? undefined : knownClusterID;
  let looks = 0;
  return {
    clusterID: () => clusterID,
    noteLeaving(leaving) {
      if (leaving === clusterID) clusterID = undefined;
    },
    async awaitNextLook() {
      const pause = settlePauses[looks++];
      const message = `no look shows ${clusterID}, which our records have; a look may miss a cluster for 90 s`;
      if (looks >= settlePauses.length) clusterID = undefined;
      progress.waitFor({ reason: 'service', message });
      if (pause !== undefined) await sleep(pause, { summary: 'before the next look for the known cluster' });
    },
  };
}
