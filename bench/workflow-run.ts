import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection, WorkflowFailedError, type WorkflowExecutionInfo } from '@temporalio/client';
import pLimit from 'p-limit';
import { startTemporalServer } from '../local/temporal-server.ts';
import type { WorkerProcess } from '../local/worker-process.ts';
import type { ContenderRun, EndedCluster } from './contender.ts';

/** The parts in which the contenders on Temporal differ. */
export interface WorkflowParts {
  /** The type of the workflow that creates one cluster. */
  workflowType: string;
  workflowID: (clusterName: string) => string;
  startWorker: (environment: Readonly<Record<string, string>>) => Promise<WorkerProcess>;
  /** Requests all clusters, and returns when Temporal has accepted all requests. */
  startCreates: (client: Client, clusterNames: readonly string[]) => Promise<void>;
  /** Returns the ID of the running cluster from the result of a workflow. */
  clusterIDOf: (result: unknown) => string | undefined;
}

/** The maximum number of concurrent requests of a contender's client to Temporal. */
export const maxConcurrentRequests = 50;

/** Starts an in-memory Temporal server for this run, and a worker. */
export async function startWorkflowRun(
  environment: Readonly<Record<string, string>>,
  parts: WorkflowParts,
): Promise<ContenderRun> {
  const { workflowType, workflowID } = parts;
  const temporal = await startTemporalServer();
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, namespace: temporal.namespace });
  const startWorker = () =>
    parts.startWorker({ ...environment, TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace });
  let worker = await startWorker();
  let clusterNames: readonly string[] = [];

  async function resultOf(info: WorkflowExecutionInfo, clusterName: string): Promise<EndedCluster> {
    const { workflowId, runId, closeTime, historyLength } = info;
    if (closeTime === undefined) throw new Error(`${workflowId} has not ended`);
    const clusterID = await client.workflow
      .getHandle(workflowId, runId)
      .result()
      .then(parts.clusterIDOf, (error: unknown) => {
        if (error instanceof WorkflowFailedError) return undefined;
        throw error;
      });
    return {
      clusterName,
      ...(clusterID !== undefined && { clusterID }),
      endedAtMs: closeTime.getTime(),
      historyEvents: historyLength,
    };
  }

  return {
    processID: worker.processID,
    ...(temporal.processID !== undefined && { serverProcessID: temporal.processID }),
    async begin(names) {
      clusterNames = names;
      await parts.startCreates(client, names);
    },
    async crash() {
      await worker.kill();
      worker = await startWorker();
    },
    async ended(signal) {
      // Counts in the list, because a long poll for each handle would be a load of its own.
      const query = `WorkflowType = '${workflowType}' AND ExecutionStatus != 'Running'`;
      while ((await client.workflow.count(query)).count < clusterNames.length)
        await pause(1_000, undefined, { signal });
    },
    async results() {
      const executions = new Map<string, WorkflowExecutionInfo>();
      const query = `WorkflowType = '${workflowType}'`;
      for await (const info of client.workflow.list({ query, pageSize: 1_000 })) executions.set(info.workflowId, info);
      return pLimit(maxConcurrentRequests).map(clusterNames, async (clusterName) => {
        const info = executions.get(workflowID(clusterName));
        if (info === undefined) throw new Error(`Temporal has no workflow for ${clusterName}`);
        return resultOf(info, clusterName);
      });
    },
    async stop() {
      await worker.kill();
      await connection.close();
      await temporal.stop();
    },
  };
}
