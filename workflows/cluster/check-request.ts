import { TemporalFailure } from '@temporalio/common';
import { isCancellation } from '@temporalio/workflow';
import type { FoundCluster } from '../../activities/create/find-clusters.ts';
import { specDigest } from '../../contract/marker.ts';
import type { CheckedRequest, CheckRequestInput, CreateForecast } from '../../contract/online-check.ts';
import { checkRequest as askService, findClusters } from '../activity-proxies.ts';
import { decideCreate } from '../create/create-decision.ts';
import { describeFailure, failure } from '../operation/operation-failure.ts';
import { isStanding } from '../operation/is-standing.ts';

/** Asks the service about one request before anything is created. Changes nothing. */
export async function checkRequest(input: CheckRequestInput): Promise<CheckedRequest> {
  const { request, decide } = input;
  const { clusterName } = request.cluster;
  try {
    if (decide !== true) return await askService({ request });
    const found = await findClusters({ clusterName }, { untilMs: Date.now() + findWithinMs });
    const decision = forecast(found, input);
    // What exists fills the quota and has the ranges.
    if (decision.action !== 'create') return { errors: [], warnings: [], decision };
    return { ...(await askService({ request })), decision };
  } catch (error) {
    if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
    throw failure(describeFailure(error, 'CheckRefused'));
  }
}

const findWithinMs = 30_000;

/** What a create would decide, as far as one look shows. No cluster can be its own: it has not begun. */
function forecast(
  found: readonly FoundCluster[],
  { request, allowDuplicateName = false }: CheckRequestInput,
): CreateForecast {
  const marker = { key: '', digest: specDigest(request) };
  const decision = decideCreate({ found, marker, settling: false, allowDuplicateName });
  switch (decision.action) {
    case 'submit': {
      const leaving = found.filter((cluster) => !isStanding(cluster));
      return { action: 'create', clusterIDs: leaving.map(({ clusterID }) => clusterID) };
    }
    case 'adopt':
      return { action: 'adopt', clusterIDs: [decision.clusterID] };
    default:
      return { action: decision.action, clusterIDs: decision.clusterIDs };
  }
}
