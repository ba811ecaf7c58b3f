import { setTimeout as pause } from 'node:timers/promises';
import { isGrpcServiceError, type Client } from '@temporalio/client';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import type { Logger } from '@temporalio/worker';
import { grpcStatus } from '../temporal/grpc-status.ts';

const lookIntervalMs = 1_000;
const patienceMs = 30_000;

/**
 * Logs which version of the deployment receives new work, once Temporal knows the deployment. Without a current version no
 * worker does: then the log entry is a warning with the command to run.
 */
export async function reportDeployment(client: Client, own: WorkerDeploymentVersion, log: Logger): Promise<void> {
  const { deploymentName, buildId } = own;
  const run = `temporal worker deployment set-current-version --deployment-name ${deploymentName} --build-id ${buildId}`;
  try {
    const current = await currentBuildID(client, deploymentName);
    if (current === buildId) {
      log.info('this version of the deployment is current', { deploymentName, buildId });
    } else if (current === undefined) {
      log.warn('the deployment has no current version: its workers receive no work', { deploymentName, buildId, run });
    } else {
      log.info('another version of the deployment is current: this one receives only work pinned to it', {
        deploymentName,
        buildId,
        current,
        run,
      });
    }
  } catch (error) {
    log.warn('cannot find out whether the deployment has a current version', { deploymentName, buildId, error });
  }
}

/** Returns `undefined` if no version is current. */
async function currentBuildID({ connection, options }: Client, deploymentName: string): Promise<string | undefined> {
  const { namespace } = options;
  for (const giveUpAtMs = Date.now() + patienceMs; ; await pause(lookIntervalMs)) {
    try {
      const answer = await connection.workflowService.describeWorkerDeployment({ namespace, deploymentName });
      return answer.workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? undefined;
    } catch (error) {
      // A deployment is known only once its first worker has polled.
      if (!isGrpcServiceError(error) || error.code !== grpcStatus.notFound || Date.now() > giveUpAtMs) throw error;
    }
  }
}
