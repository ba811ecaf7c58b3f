import { Runtime, makeTelemetryFilterString, type Logger } from '@temporalio/worker';

const requestSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const operationSeconds = [1, 5, 15, 30, 60, 120, 180, 240, 300, 420, 600, 900, 1800, 3600];

/** The SDK's own default buckets are for milliseconds of its own work, and end where a creation begins. */
const buckets = {
  cce_api_request_seconds: requestSeconds,
  cce_budget_wait_seconds: requestSeconds,
  cce_step_seconds: operationSeconds,
  cce_create_seconds: operationSeconds,
  cce_delete_seconds: operationSeconds,
};

/**
 * Sets up what all of the SDK in this process shares: its log goes into ours, and its metrics and ours are served at one
 * address.
 *
 * @param metricsAddress `host:port`; without one there are no metrics.
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
