import { Runtime, makeTelemetryFilterString, type Logger } from '@temporalio/worker';

const requestSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const operationSeconds = [1, 5, 15, 30, 60, 120, 180, 240, 300, 420, 600, 900, 1800, 3600];

/** The SDK's default buckets suit its own work, which takes milliseconds, and end below the duration of a creation. */
const buckets = {
  cce_api_request_seconds: requestSeconds,
  cce_budget_wait_seconds: requestSeconds,
  cce_step_seconds: operationSeconds,
  cce_create_seconds: operationSeconds,
  cce_delete_seconds: operationSeconds,
};

/**
 * Installs the SDK's runtime, which all workers and clients of this process share: its log goes to our logger, and its
 * metrics and ours are served at one address.
 *
 * @param metricsAddress `host:port`; without it no metrics are served.
 */
export function installRuntime(logger: Logger, metricsAddress: string | undefined): void {
  Runtime.install({
    logger,
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'WARN' }) },
      ...(metricsAddress !== undefined && {
        metrics: {
          prometheus: {
            bindAddress: metricsAddress,
            countersTotalSuffix: true,
            useSecondsForDurations: true,
            histogramBucketOverrides: buckets,
          },
        },
      }),
    },
  });
}
