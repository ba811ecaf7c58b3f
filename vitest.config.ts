import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Temporal's native addon does not survive worker threads.
    pool: 'forks',
    // One more than the processors of a small machine: most of what tests do is to wait for servers.
    maxWorkers: 3,
    globalSetup: ['test/global-setup.ts'],
    setupFiles: ['test/setup.ts'],
    // Limits for tests that hang, not measures of speed.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
