import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { TestProject } from 'vitest/node';
import { findTemporalBinary } from '../local/temporal-binary.ts';
import { startTemporalServer } from '../local/temporal-server.ts';
import { failureConverterPath } from '../temporal/encryption/data-converter.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    temporalAddress: string;
    timeSkippingServerPath: string;
    workflowBundlePath: string;
  }
}

/** One Temporal server, one workflow bundle and the path of the time-skipping server, for all tests. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const temporal = await startTemporalServer();
  const folder = await mkdtemp(join(tmpdir(), 'cce-orchestrator-test-'));
  const workflowBundlePath = join(folder, 'workflow-bundle.js');
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
    failureConverterPath,
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(workflowBundlePath, code);
  project.provide('temporalAddress', temporal.address);
  project.provide('workflowBundlePath', workflowBundlePath);
  project.provide('timeSkippingServerPath', (await findTemporalBinary('test-server')).path);
  return async () => {
    await temporal.stop();
    await rm(folder, { recursive: true });
  };
}
