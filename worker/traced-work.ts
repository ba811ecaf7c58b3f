import { fileURLToPath } from 'node:url';
import {
  makeWorkflowExporter,
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryActivityOutboundInterceptor,
} from '@temporalio/interceptors-opentelemetry/lib/worker/index.js';
import type { WorkerInterceptors } from '@temporalio/worker';
import type { Tracing } from '../temporal/tracing/tracing.ts';

/**
 * What a worker needs so that the workflows and activities that it runs have spans. Of workflows that were bundled before,
 * only those in `workflow-bundle-traced.js`.
 *
 * @param areBundled Whether they were: then the bundle has the interceptors, and the SDK warns of any that are named.
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
