import { fileURLToPath } from 'node:url';
import {
  makeWorkflowExporter,
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryActivityOutboundInterceptor,
} from '@temporalio/interceptors-opentelemetry/lib/worker/index.js';
import type { WorkerInterceptors } from '@temporalio/worker';
import type { Tracing } from '../temporal/tracing/tracing.ts';

/**
 * Creates the interceptors and sinks by which the workflows and activities of a worker record spans. Bundled workflows
 * record spans only if they come from `workflow-bundle-traced.js`.
 *
 * @param areBundled Whether the workflows were bundled before: the bundle then contains the interceptors, and the SDK would
 *   warn if they were named again.
 */
export function tracedWork({ spanProcessor, resource }: Tracing, areBundled: boolean) {
  const interceptors = {
    workflowModules: areBundled ? [] : [fileURLToPath(import.meta.resolve('../workflows/trace-interceptors.ts'))],
    activity: [
      (context) => ({
        inbound: new OpenTelemetryActivityInboundInterceptor(context),
        outbound: new OpenTelemetryActivityOutboundInterceptor(context),
      }),
    ],
  } satisfies WorkerInterceptors;
  return { interceptors, sinks: { exporter: makeWorkflowExporter(spanProcessor, resource) } };
}
