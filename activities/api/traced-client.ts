import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { CceApiError } from '../../cce/cce-api-error.ts';
import type { CceClient } from '../../cce/client.ts';
import { errorCode } from './error-code.ts';
import { wrapCalls } from './wrap-calls.ts';

/**
 * Records a span for each call of a client, in the trace of the caller. The attributes have the names of the metrics'
 * labels; `requestID` is the one that the vendor's support asks for. A span holds nothing else of a request or an answer,
 * and the vendor learns nothing of the trace.
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
        span.setAttributes({ status: 'none', ...(error instanceof CceApiError && attributesOf(error)) });
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    }),
  );
}

/** Runs work that is shared by many callers, and so belongs to the trace of none. */
export function outsideOfTraces<Result>(work: () => Result): Result {
  return context.with(ROOT_CONTEXT, work);
}

function attributesOf(error: CceApiError) {
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
