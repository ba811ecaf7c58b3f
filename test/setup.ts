import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

// Nothing but errors: failing polls and lost workers are what the tests are about.
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
});
// What the example specs refer to.
process.env.CCE_ADMIN_PASSWORD = 'test123!T';
// For every client and worker, also those in processes of their own.
process.env.CCE_ENCRYPTION_KEYS = 'test:dGhlIGtleSBvZiB0aGUgdGVzdHMsIG9mIDMyIGJ5dGU=';
