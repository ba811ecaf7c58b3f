import { ProxyTracerProvider, trace } from '@opentelemetry/api';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry/lib/client/index.js';

/**
 * What a client of one's own needs so that its operations are part of the traces of its process:
 * `new Client({ connection, dataConverter, interceptors: tracingInterceptors() })`. Nothing in a process that has not
 * set up a tracer provider by then: no workflow gets a header that says nothing.
 *
 * Only what starts or changes something has a span: to watch is to ask each second.
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

/** OpenTelemetry stands in for a provider that nobody has set up. */
function hasTracerProvider(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('') !== undefined;
}
