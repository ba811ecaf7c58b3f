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

/** The process waits this long at its end, so that a receiver that hangs cannot keep it alive. */
const sendWithinMs = 3_000;

/** Sets up OpenTelemetry's SDK. Load this module only if there is a receiver: the SDK is large. */
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
        // The warning has already reported that spans were lost.
      }
    },
  };
}

function withWarnings(exporter: SpanExporter, warn: Warn): SpanExporter {
  let isDown = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.error !== undefined && !isDown) warn('traces cannot be delivered and are lost', result.error);
        isDown = result.error !== undefined;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

/**
 * Removes error messages and stacks from spans. They may quote a spec, and Temporal stores them encrypted, but spans go to
 * their receiver in clear. A span keeps the fact of the failure; `ccectl status` shows the reason.
 */
function withoutErrorTexts(exporter: SpanExporter): SpanExporter {
  const strip = (span: ReadableSpan): ReadableSpan =>
    Object.create(span, { status: { value: { code: span.status.code } }, events: { value: [] } }) as ReadableSpan;
  return {
    export: (spans, done) => exporter.export(spans.map(strip), done),
    shutdown: () => exporter.shutdown(),
  };
}
