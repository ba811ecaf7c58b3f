import type { CceClient } from '../../cce/client.ts';
import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import {
  conflictProblem,
  podRecommendation,
  rangeConflicts,
  rangeQuestionOf,
  roomProblem,
  serviceRecommendation,
  type RangeConflict,
} from '../../cce/online/ranges.ts';
import { readMarker } from '../../contract/marker.ts';
import type { OnlineCheck } from '../../contract/online-check.ts';
import type { Ask } from './ask.ts';

/**
 * Asks whether the ranges of a request are free, and for others where they are not.
 *
 * @param mayShareRanges A range that another cluster has is a warning only: the service refuses it with the create, which
 *   then costs nothing, unless it takes it.
 */
export async function checkRanges(
  cce: CceClient,
  request: CreateClusterRequest,
  ask: Ask,
  mayShareRanges: boolean,
): Promise<OnlineCheck> {
  const question = rangeQuestionOf(request);
  if (question === undefined) return { errors: [], warnings: [] };
  const answer = await ask('whether the ranges are free', (signal) =>
    question.call === 'checkContainerNetworkCIDR'
      ? cce.checkContainerNetworkCIDR(question.body, { signal })
      : cce.checkClusterIPCIDR(question.body, { signal }),
  );
  if (answer === undefined) return { errors: [], warnings: [] };
  const room = roomProblem(request, answer);
  const found: OnlineCheck = { errors: room === undefined ? [] : [room], warnings: [] };
  // The check of services alone names no cluster, and is about services.
  const conflicts = rangeConflicts(answer).map((conflict) =>
    question.call === 'checkClusterIPCIDR' ? { ...conflict, use: 'services' as const } : conflict,
  );
  for (const conflict of conflicts) {
    const holder = await holderOf(cce, request, conflict, ask);
    if (holder === 'own') continue;
    if (holder === 'leaving') {
      found.warnings.push({
        ...conflictProblem(request, conflict, []),
        advice: 'That cluster is being deleted; its range is free when it is gone.',
      });
      continue;
    }
    const problem = conflictProblem(request, conflict, await recommend(cce, request, conflict, ask));
    (mayShareRanges && conflict.clusterID !== undefined ? found.warnings : found.errors).push(problem);
  }
  return found;
}

/** Whose a range is: a cluster of the request's name that carries our marker is what a create adopts, or has made. */
async function holderOf(
  cce: CceClient,
  { cluster: { clusterName } }: CreateClusterRequest,
  { clusterID }: RangeConflict,
  ask: Ask,
): Promise<'own' | 'leaving' | 'other'> {
  if (clusterID === undefined) return 'other';
  const answer = await ask(`whose ${clusterID} is`, (signal) => cce.getCluster(clusterID, { signal }));
  if (answer === undefined) return 'other';
  const { spec, status } = answer.cluster;
  if (status.clusterPhase === 'deleting' || status.clusterPhase === 'deleted') return 'leaving';
  return spec.clusterName === clusterName && readMarker(spec.description) !== undefined ? 'own' : 'other';
}

async function recommend(
  cce: CceClient,
  request: CreateClusterRequest,
  { use }: RangeConflict,
  ask: Ask,
): Promise<string[]> {
  const what = 'which ranges are free';
  if (use === 'pods') {
    const answer = await ask(what, (signal) => cce.recommendContainerCIDR(podRecommendation(request), { signal }));
    return (answer?.recommendedContainerCIDRs ?? []).filter((range) => range !== undefined);
  }
  const answer = await ask(what, (signal) => cce.recommendClusterIPCIDR(serviceRecommendation(request), { signal }));
  return (answer?.recommendedClusterIPCIDRs ?? []).filter((range) => range !== undefined);
}
