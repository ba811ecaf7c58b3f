import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import LongestFirst from './test/sequencer.ts';

const integration = 'test/**/*.integration.test.ts';
const endToEnd = 'test/end-to-end/**/*.test.ts';

/** What a unit test gets that asks for a server: an error that says what to do about it. */
const noServer = 'unit tests have no server: name the file *.integration.test.ts';

/** Most of these tests wait for servers more than they compute. */
const withServers = {
  maxWorkers: 2 * availableParallelism(),
  // After the unit tests: only projects with as many workers can run at the same time.
  sequence: { groupOrder: 1 },
  globalSetup: ['test/global-setup.ts'],
  setupFiles: ['test/setup-runtime.ts'],
};

export default defineConfig({
  test: {
    // Temporal's native addon does not survive worker threads.
    pool: 'forks',
    execArgv: ['--require', fileURLToPath(new URL('test/without-promise-stacks.cjs', import.meta.url))],
    sequence: { sequencer: LongestFirst },
    // A process runs one file after the other: to load Temporal's SDK anew for each took a third of the time. What a file
    // changes outside of its modules (environment, timers, tracer) it puts back.
    isolate: false,
    unstubEnvs: true,
    setupFiles: ['test/setup.ts'],
    // Limits for tests that hang, not measures of speed.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // They only compute: each further process would load and compile the same modules once more.
          maxWorkers: availableParallelism(),
          include: ['test/**/*.test.ts'],
          exclude: [integration, endToEnd],
          provide: {
            buildFolder: noServer,
            temporalAddress: noServer,
            timeSkippingServerPath: noServer,
            workflowBundlePath: noServer,
          },
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          ...withServers,
          include: [integration],
        },
      },
      {
        extends: true,
        test: {
          name: 'end-to-end',
          ...withServers,
          include: [endToEnd],
        },
      },
    ],
  },
});
