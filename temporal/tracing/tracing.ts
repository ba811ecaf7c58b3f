import type { Resource } from '@opentelemetry/resources';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';

/** The set-up that sends the spans of this process to their receiver. */
export interface Tracing {
  spanProcessor: SpanProcessor;
  resource: Resource;
  /** Sends the remaining spans. Gives up after three seconds. */
  stop: () => Promise<void>;
}

/** Called once when the receiver becomes unreachable, and again only after it was reachable in between. */
export type Warn = (message: string, error: unknown) => void;
