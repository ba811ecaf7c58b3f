import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { execa } from 'execa';
import type { TestProject } from 'vitest/node';
import { findTemporalBinary } from '../local/temporal-binary.ts';
import { startTemporalServer } from '../local/temporal-server.ts';
import { failureConverterPath } from '../temporal/encryption/data-converter.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Compiled sources and the workflow bundle, as `npm run build` puts them into dist/. */
    buildFolder: string;
    temporalAddress: string;
    timeSkippingServerPath: string;
    workflowBundlePath: string;
  }
}

const projectFolder = fileURLToPath(new URL('..', import.meta.url));

/** The set-up that is under way or done in this process: the projects `integration` and `end-to-end` share it. */
const shared = globalThis as { testServices?: ReturnType<typeof startServices> };

/** Starts one Temporal server and builds the package once, for all integration and end-to-end tests of a run. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const services = await (shared.testServices ??= startServices());
  project.provide('buildFolder', services.buildFolder);
  project.provide('temporalAddress', services.temporal.address);
  project.provide('timeSkippingServerPath', services.timeSkippingServer.path);
  project.provide('workflowBundlePath', services.workflowBundlePath);
  project.onTestsRerun(async () => void (await build(services.buildFolder)));
  return services.stop;
}

async function startServices() {
  // Temporal's server is a Go program and holds little: to collect its garbage less often saves a fifth of its CPU time.
  process.env['GOGC'] ??= '400';
  // A folder of its own: another run of the tests, or an old build in dist/, must not get in the way.
  const buildFolder = await mkdtemp(join(tmpdir(), 'cce-orchestrator-test-'));
  await symlink(join(projectFolder, 'node_modules'), join(buildFolder, 'node_modules'));
  const [temporal, timeSkippingServer, workflowBundlePath] = await Promise.all([
    startTemporalServer(),
    findTemporalBinary('test-server'),
    build(buildFolder),
  ]);
  const stop = async () => {
    // The second project finds everything stopped.
    delete shared.testServices;
    await temporal.stop();
    await rm(buildFolder, { recursive: true, force: true });
  };
  return { buildFolder, temporal, timeSkippingServer, workflowBundlePath, stop };
}

/** Compiles without checking types, which `npm run check` does; returns the path of the workflow bundle. */
async function build(folder: string): Promise<string> {
  const workflowBundlePath = join(folder, 'workflow-bundle.js');
  const flags = ['-p', 'tsconfig.build.json', '--outDir', folder, '--noCheck', '--declaration', 'false'];
  const [{ code }] = await Promise.all([
    bundleWorkflowCode({
      workflowsPath: join(projectFolder, 'workflows', 'index.ts'),
      failureConverterPath,
      logger: new DefaultLogger('WARN'),
      webpackConfigHook: withLinesOnly,
    }),
    execa('tsc', flags, { cwd: projectFolder, preferLocal: true }),
  ]);
  await writeFile(workflowBundlePath, code);
  return workflowBundlePath;
}

/** Shrinks the source map, which each worker parses, to a tenth: stack traces still name file and line. */
function withLinesOnly<Configuration>(configuration: Configuration): Configuration {
  return { ...configuration, devtool: 'inline-nosources-cheap-module-source-map' };
}
