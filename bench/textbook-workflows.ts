import { proxyActivities, sleep } from '@temporalio/workflow';
import type { CreateClusterRequest } from '../cce/create-cluster.ts';
import type { TextbookActivities } from './textbook-activities.ts';

const { createCluster, pollSteps } = proxyActivities<TextbookActivities>({ startToCloseTimeout: '1 minute' });

/** The loop of Temporal introductions: a poll is an activity, a pause is a timer. Returns the clusterID. */
export async function createByLoop(request: CreateClusterRequest, pollIntervalMs: number): Promise<string> {
  const clusterID = await createCluster(request);
  while ((await pollSteps(clusterID)) !== 'created') await sleep(pollIntervalMs);
  return clusterID;
}
