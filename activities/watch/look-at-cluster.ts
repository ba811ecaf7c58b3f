import { cancellationSignal } from '@temporalio/activity';
import type { CceClient } from '../../cce/client.ts';
import { withCallFailures } from '../api/call-failure.ts';
import type { Observation } from './observation.ts';
import { readPhase } from './read-phase.ts';

/** Looks once whether a cluster is still there. */
export function lookAtCluster({ cce }: { cce: CceClient }) {
  return async ({ clusterID }: { clusterID: string }): Promise<Pick<Observation, 'clusterPhase'>> =>
    withCallFailures(async () => ({ clusterPhase: await readPhase(cce, clusterID, cancellationSignal()) }));
}
