import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { afterAll } from 'vitest';
import { closeAll } from './after-file.ts';

afterAll(closeAll);

// A process runs several test files, one after the other, and has one runtime.
const shared = globalThis as { hasRuntime?: true };
if (shared.hasRuntime !== true) {
  shared.hasRuntime = true;
  // Errors only: these tests make polls fail and workers disappear all the time.
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) },
    },
  });
}
