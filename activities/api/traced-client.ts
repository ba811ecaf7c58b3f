import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { CceApiError } from '../../cce/cce-api-error.ts';
import type { CceClient } from '../../cce/client.ts';
import { errorCode } from './error-code.ts';
import { wrapCalls } from './wrap-calls.ts';

/**
 * A client each of whose calls is a span of the trace that it is made in, with the names that the metrics have and the
 * `requestID` that the vendor asks for. Of what is sent and answered it tells nothing else. The vendor is told nothing
 * of the trace either.
 */
export function withSpans(cce: CceClient): CceClient {
  const tracer = trace.getTracer('cce-orchestrator');
  return wrapCalls(cce, (call, _, send) =>
    tracer.startActiveSpan(`CCE:${call}`, { kind: SpanKind.CLIENT, attributes: { call } }, async (span) => {
      try {
        const answer = await send();
        span.setAttributes({ status: '200', ...requestIDOf(answer) });
        return answer;
      } catch (error) {
        span.setAttributes({ status: 'none', ...(error instanceof CceApiError && whatIsKnown(error)) });
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    }),
  );
}

/** Does something that is done for many at once, and so belongs to the trace of none. */
export function outsideOfTraces<Result>(work: () => Result): Result {
  return context.with(ROOT_CONTEXT, work);
}

function whatIsKnown(error: CceApiError) {
  return {
    status: String(error.httpStatus),
    code: errorCode(error),
    ...requestIDOf(error),
  };
}

function requestIDOf(answer: unknown): { requestID?: string } {
  const { requestID } = answer as { requestID?: string };
  return requestID ? { requestID } : {};
}
