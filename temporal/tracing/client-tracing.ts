import { ProxyTracerProvider, trace } from '@opentelemetry/api';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry/lib/client/index.js';

/**
 * Creates the interceptors that make a client's operations part of its process's traces. It creates none if the process
 * has not set up a tracer provider yet: workflows would get an empty header.
 *
 * Only calls that start or change something get a span. Queries get none, since a watch queries every second.
 *
 * @example
 * ```ts
 * const client = new Client({ connection, dataConverter, interceptors: tracingInterceptors() });
 * ```
 */
export function tracingInterceptors() {
  if (!hasTracerProvider()) return {};
  const traced = new OpenTelemetryWorkflowClientInterceptor();
  return {
    workflow: [
      {
        startWithDetails: traced.startWithDetails.bind(traced),
        signal: traced.signal.bind(traced),
        startUpdate: traced.startUpdate.bind(traced),
      },
    ],
  };
}

/** Until somebody sets up a provider, OpenTelemetry's API returns a proxy without a delegate. */
function hasTracerProvider(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('') !== undefined;
}
