import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { envDetectorSync, Resource } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import type { Tracing, Warn } from './tracing.ts';

/** A process waits for it at its end: a receiver that hangs must not make it hang. */
const sendWithinMs = 3_000;

/** Sets up OpenTelemetry's SDK; to be loaded only where there is somewhere to send spans to. */
export function exportSpans(serviceName: string, warn: Warn): Tracing {
  const resource = Resource.default()
    .merge(new Resource({ 'service.name': serviceName }))
    .merge(new Resource(envDetectorSync.detect().attributes));
  const exporter = new OTLPTraceExporter({ timeoutMillis: sendWithinMs });
  const spanProcessor = new BatchSpanProcessor(withWarnings(withoutErrorTexts(exporter), warn));
  const provider = new BasicTracerProvider({ resource, spanProcessors: [spanProcessor] });
  provider.register({ contextManager: new AsyncLocalStorageContextManager() });
  return {
    spanProcessor,
    resource,
    stop: async () => {
      try {
        await provider.shutdown();
      } catch {
        // Spans were lost, as the warning has said.
      }
    },
  };
}

function withWarnings(exporter: SpanExporter, warn: Warn): SpanExporter {
  let isDown = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.error !== undefined && !isDown) warn('traces cannot be delivered, and are lost', result.error);
        isDown = result.error !== undefined;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

/**
 * Temporal gets messages and stacks of errors encrypted only, since they may quote a spec. The interceptors record them
 * on spans, which go to their receiver in clear: that something failed is told, and why is left to `ccectl status`.
 */
function withoutErrorTexts(exporter: SpanExporter): SpanExporter {
  const strip = (span: ReadableSpan): ReadableSpan =>
    Object.create(span, { status: { value: { code: span.status.code } }, events: { value: [] } }) as ReadableSpan;
  return {
    export: (spans, done) => exporter.export(spans.map(strip), done),
    shutdown: () => exporter.shutdown(),
  };
}
