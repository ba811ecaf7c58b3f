import type { FoundCluster } from '../../activities/create/find-clusters.ts';
import { phaseDuringCreate } from '../../cce/phases.ts';
import { readMarker, type Marker } from '../../contract/marker.ts';
import { isStanding } from '../operation/is-standing.ts';

export type CreateDecision =
  /** Nothing is in the way: send the request. */
  | { action: 'submit' }
  /** A request may be on its way, and its cluster may not be visible yet. */
  | { action: 'lookAgain' }
  /** A delete of ours is about to take these clusters away: to adopt one would promise a cluster that is doomed. */
  | { action: 'wait'; clusterIDs: string[] }
  /** The cluster exists. `extras` are further clusters that this same create made. */
  | { action: 'adopt'; clusterID: string; extras: string[]; madeBy: 'thisCreate' | 'earlierCreate' }
  /** The name is taken by clusters that this request does not describe. */
  | { action: 'refuse'; reason: 'foreign' | 'differentSpec' | 'earlierFailed'; clusterIDs: string[] };

/** The decisions that are possible once there is nothing left to wait for. */
export type SettledDecision = Exclude<CreateDecision, { action: 'lookAgain' }>;

export interface CreateSituation {
  /** All clusters of exactly this name, in any order. */
  found: readonly FoundCluster[];
  marker: Marker;
  /** Whether the outcome of a request is open and the create still waits for its cluster to show. */
  settling: boolean;
  /** Whether the user wants a second cluster of the same name. */
  allowDuplicateName: boolean;
  /** Of several clusters of this create, choose the oldest in any state, as histories of before have it. */
  byAgeAlone?: boolean;
}

/**
 * Decides the next step of a create from what the service shows. The whole protocol against duplicates rests on this
 * function: it must never answer `submit` while a cluster of this create may exist.
 */
export function decideCreate(situation: CreateSituation & { settling: false }): SettledDecision;
export function decideCreate(situation: CreateSituation): CreateDecision;
export function decideCreate({
  found,
  marker,
  settling,
  allowDuplicateName,
  byAgeAlone = false,
}: CreateSituation): CreateDecision {
  const standing = found.filter(isStanding).toSorted(byAge);
  const own = standing.filter((cluster) => readMarker(cluster.description)?.key === marker.key);
  const best = byAgeAlone ? own[0] : bestOf(own);
  if (best !== undefined) {
    const extras = own.filter((cluster) => cluster !== best).map(clusterIDOf);
    return { action: 'adopt', clusterID: best.clusterID, extras, madeBy: 'thisCreate' };
  }
  if (settling) return { action: 'lookAgain' };
  if (allowDuplicateName || standing.length === 0) return { action: 'submit' };
  const doomed = standing.filter(({ isBeingDeleted }) => isBeingDeleted === true);
  if (doomed.length > 0) return { action: 'wait', clusterIDs: doomed.map(clusterIDOf) };

  const sameSpec = standing.filter((cluster) => readMarker(cluster.description)?.digest === marker.digest);
  const healthy = sameSpec.find(({ clusterPhase }) =>
    ['waiting', 'succeeded'].includes(phaseDuringCreate(clusterPhase)),
  );
  if (healthy !== undefined) {
    return { action: 'adopt', clusterID: healthy.clusterID, extras: [], madeBy: 'earlierCreate' };
  }
  const clusterIDs = standing.map(clusterIDOf);
  if (sameSpec.length > 0) return { action: 'refuse', reason: 'earlierFailed', clusterIDs };
  const marked = standing.some((cluster) => readMarker(cluster.description) !== undefined);
  return { action: 'refuse', reason: marked ? 'differentSpec' : 'foreign', clusterIDs };
}

/** The oldest that runs, or else the oldest that may still run: the others are deleted, and none that is better may be. */
function bestOf(own: readonly FoundCluster[]): FoundCluster | undefined {
  const inState = (wanted: string) => own.find(({ clusterPhase }) => phaseDuringCreate(clusterPhase) === wanted);
  return inState('succeeded') ?? inState('waiting') ?? own[0];
}

/** Without an age, or with equal ages, the ID decides, so that every look gives the same answer. */
function byAge(left: FoundCluster, right: FoundCluster): number {
  const leftKey = `${left.createdAt ?? ''} ${left.clusterID}`;
  const rightKey = `${right.createdAt ?? ''} ${right.clusterID}`;
  return leftKey < rightKey ? -1 : 1;
}

function clusterIDOf({ clusterID }: FoundCluster): string {
  return clusterID;
}
