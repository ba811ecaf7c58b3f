import type { Answer, Delivery } from './deliver.ts';
import type { Fault } from './fault-schema.ts';
import { ServiceError } from './service-error.ts';

/** The kinds of faults that determine the response to a call. If several apply to a call, the first one wins. */
export const answerFaultKinds = [
  'drop-before',
  'drop-after',
  'status',
  'throttle',
  'html',
  'truncated',
  'empty',
  'request-expired',
  'refuse',
] as const;
export type AnswerFault = Extract<Fault, { kind: (typeof answerFaultKinds)[number] }>;

/** Returns the response if the call does not take effect, or `undefined` if the fault lets it take effect. */
export function deliveryInstead(fault: AnswerFault): Delivery | undefined {
  switch (fault.kind) {
    case 'drop-before':
      return { form: 'dropped' };
    case 'html':
      return { form: 'html' };
    case 'throttle': {
      const error = new ServiceError(429, 'RequestLimitExceeded', 'too many requests, try again later');
      return { form: 'error', error, retryAfterSeconds: fault.retryAfterSeconds };
    }
    case 'refuse': {
      const error = new ServiceError(fault.status, fault.code, fault.message);
      const { retryAfterSeconds } = fault;
      return { form: 'error', error, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
    }
    case 'request-expired':
      return { form: 'error', error: new ServiceError(400, 'RequestExpired', 'the signature has expired') };
    case 'status':
      return fault.when === 'before' ? serverError(fault.status) : undefined;
    default:
      return undefined;
  }
}

/** Applies a fault to the response of a call that took effect. */
export function deliveryAfter(fault: AnswerFault | undefined, answer: Answer): Delivery {
  switch (fault?.kind) {
    case 'drop-after':
      return { form: 'dropped' };
    case 'truncated':
      return { form: 'truncated', answer };
    case 'empty':
      return { form: 'empty' };
    case 'status':
      return serverError(fault.status);
    default:
      return answer;
  }
}

function serverError(status: number): Delivery {
  return { form: 'error', error: new ServiceError(status, 'cce.error.InternalError', 'the service failed') };
}
