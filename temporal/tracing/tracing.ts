import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';

/** Where the spans of this process go to. */
export interface Tracing {
  spanProcessor: SpanProcessor;
  resource: Resource;
  /** Sends what has not been sent yet, for three seconds at most. */
  stop: () => Promise<void>;
}

/** Told once when the receiver cannot be reached, and again only after it could. */
export type Warn = (message: string, error: unknown) => void;
