import {
  OpenTelemetryInboundInterceptor,
  OpenTelemetryInternalsInterceptor,
  OpenTelemetryOutboundInterceptor,
} from '@temporalio/interceptors-opentelemetry/lib/workflow/index.js';
import type { WorkflowInterceptors } from '@temporalio/workflow';

/**
 * Only in the bundle of workers that trace.
 *
 * The IDs of spans are random numbers of the workflow, which come again when it is replayed. So nothing else in a
 * workflow may use one: it would be another number as soon as traces are switched on or off. Queries, of which a history
 * knows nothing, have no spans for the same reason; also, whoever watches asks each second.
 */
export function interceptors(): WorkflowInterceptors {
  const inbound = new OpenTelemetryInboundInterceptor();
  return {
    inbound: [
      {
        execute: (input, next) => inbound.execute(input, next),
        handleSignal: (input, next) => inbound.handleSignal(input, next),
        handleUpdate: (input, next) => inbound.handleUpdate(input, next),
      },
    ],
    outbound: [new OpenTelemetryOutboundInterceptor()],
    internals: [new OpenTelemetryInternalsInterceptor()],
  };
}
