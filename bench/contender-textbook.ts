import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import ms, { type StringValue } from 'ms';
import pLimit from 'p-limit';
import { startWorkerProcess } from '../local/worker-process.ts';
import { benchRequest } from './bench-request.ts';
import type { Contender } from './contender.ts';
import type { createByLoop } from './textbook-workflows.ts';
import { maxConcurrentRequests, startWorkflowRun } from './workflow-run.ts';

const taskQueue = 'textbook';
const textbookWorkflowID = (clusterName: string) => `textbook:${clusterName}`;

/** A typical first version on Temporal. */
export const textbook: Contender = {
  name: 'textbook',
  description:
    'a workflow for each cluster that loops over a short poll activity and a sleep; no check for an existing cluster, no ' +
    'clean-up, no visible steps. Default worker, but with 1,000 activity slots, because with fewer its polls starved. ' +
    'Bundled before the measurement; its memory includes about 30 MB for the TypeScript loader (tsx)',
  async start(environment) {
    const folder = await mkdtemp(join(tmpdir(), 'cce-orchestrator-bench-'));
    const codePath = join(folder, 'textbook-bundle.js');
    const workflowsPath = fileURLToPath(new URL('textbook-workflows.ts', import.meta.url));
    await writeFile(codePath, (await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') })).code);
    const run = await startWorkflowRun(environment, {
      workflowType: 'createByLoop',
      workflowID: textbookWorkflowID,
      startWorker: (settings) =>
        startWorkerProcess({ ...settings, TEXTBOOK_BUNDLE: codePath, TEXTBOOK_TASK_QUEUE: taskQueue }, [
          '--import',
          'tsx',
          'bench/textbook-worker.ts',
        ]),
      startCreates: (client, clusterNames) =>
        startCreates(client, clusterNames, ms(environment.CCE_POLL_INTERVAL as StringValue)),
      clusterIDOf: (result) => result as string,
    });
    return {
      ...run,
      async stop() {
        await run.stop();
        await rm(folder, { recursive: true });
      },
    };
  },
};

async function startCreates(client: Client, clusterNames: readonly string[], pollIntervalMs: number): Promise<void> {
  await pLimit(maxConcurrentRequests).map(clusterNames, (clusterName) =>
    client.workflow.start<typeof createByLoop>('createByLoop', {
      workflowId: textbookWorkflowID(clusterName),
      taskQueue,
      args: [benchRequest(clusterName), pollIntervalMs],
    }),
  );
}
