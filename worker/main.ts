#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { readEncryption, type Encryption } from '../temporal/encryption/encryption.ts';
import { OrchestratorError } from '../temporal/orchestrator-error.ts';
import { bakedBuildID } from './bundle/build-id.ts';
import { answerArguments } from './command-line.ts';
import {
  readConfiguration,
  readPoolConfiguration,
  type PoolConfiguration,
  type WorkerConfiguration,
} from './configuration.ts';
import { createLogger } from './logger.ts';
import { loadScopes } from './scopes/follow-scopes.ts';

const answer = answerArguments(process.argv.slice(2));
if (answer !== undefined) {
  if (answer.stdout !== undefined) process.stdout.write(`${answer.stdout}\n`);
  if (answer.stderr !== undefined) process.stderr.write(`${answer.stderr}\n`);
  process.exit(answer.exitCode);
}
// On a machine with much memory, V8 lets garbage grow to several times the live heap. Earlier collections cost nothing
// measurable, and 500 clusters in progress take a fifth less memory.
setFlagsFromString('--heap-growing-percent=30');
const { configuration, encryption } = settingsOrExit();
const logger = createLogger(configuration.logLevel);
// After an uncaught error anything may be half done: another process starts from the state in Temporal.
process.on('uncaughtException', (error) => {
  logger.error('an uncaught error ends the worker', { error });
  process.exit(1);
});
// There is nothing to hand over before the worker takes work. From then on the SDK's own handlers do that.
let takesWork = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    if (takesWork) return;
    logger.info('worker has stopped before it took work');
    process.exit(0);
  });
}
// Exits explicitly: a native connection that never came up would keep the process alive, and nobody would restart it.
process.exit(await run());

/** Returns the exit code. */
async function run(): Promise<number> {
  // Temporal's SDK takes a second to load, which help and a mistake in the settings need not wait for.
  const { serve } = await import('./serve.ts');
  const onWork = () => {
    takesWork = true;
  };
  try {
    await serve({ configuration, encryption, logger, onWork });
    return 0;
  } catch (error) {
    logger.error('the worker cannot go on', { error });
    return isConfigurationProblem(error) ? 2 : 1;
  }
}

function settingsOrExit(): { configuration: WorkerConfiguration | PoolConfiguration; encryption: Encryption } {
  try {
    const settings = process.env.CCE_SCOPES_FILE
      ? readPoolConfiguration(process.env, bakedBuildID())
      : readConfiguration(process.env, bakedBuildID());
    if ('scopesFile' in settings) loadScopes(settings.scopesFile);
    return { configuration: settings, encryption: readEncryption(process.env, (path) => readFileSync(path, 'utf8')) };
  } catch (error) {
    if (!isConfigurationProblem(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

function isConfigurationProblem(error: unknown): error is OrchestratorError {
  return error instanceof OrchestratorError && error.kind === 'configuration';
}
