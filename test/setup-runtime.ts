import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

// Errors only: these tests make polls fail and workers disappear all the time.
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
});
