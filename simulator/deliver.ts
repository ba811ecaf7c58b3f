import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CallLog, LogEntry } from './call-log.ts';
import type { ServiceError } from './service-error.ts';

/** A response of the service, before a fault affects it. */
export type Answer =
  | { form: 'success'; body: object }
  | { form: 'error'; error: ServiceError; retryAfterSeconds?: number };

/** The way in which a response reaches the caller, or does not. */
export type Delivery =
  | Answer
  /** An HTML page of a gateway instead of the response. */
  | { form: 'html' }
  /** Status 200 without a body. */
  | { form: 'empty' }
  /** The connection closes in the middle of the body. */
  | { form: 'truncated'; answer: Answer }
  /** The connection closes before the response starts. */
  | { form: 'dropped' };

declare module 'fastify' {
  interface FastifyRequest {
    /** The log entry of the call, as far as it is known. */
    logDraft: Omit<LogEntry, 'seq' | 'status' | 'code'>;
  }
}

/** Logs the call and then responds, so that a caller with a response finds its call in the log. */
export function deliver(log: CallLog, request: FastifyRequest, reply: FastifyReply, delivery: Delivery): FastifyReply {
  const answer = delivery.form === 'truncated' ? delivery.answer : delivery;
  log.record({
    ...request.logDraft,
    status: statusOf(answer),
    ...(answer.form === 'error' && { code: answer.error.code }),
  });
  switch (delivery.form) {
    case 'success':
    case 'error':
      if (delivery.form === 'error' && delivery.retryAfterSeconds !== undefined) {
        reply.header('retry-after', delivery.retryAfterSeconds);
      }
      return reply.code(delivery.form === 'error' ? delivery.error.httpStatus : 200).send(bodyOf(delivery, request.id));
    case 'html':
      return reply.code(502).type('text/html').send('<html><body><h1>502 Bad Gateway</h1></body></html>\n');
    case 'empty':
      return reply.code(200).type('application/json').send('');
    case 'truncated':
      return truncate(reply, delivery.answer, request.id);
    case 'dropped':
      reply.hijack();
      request.raw.socket.destroy();
      return reply;
  }
}

function statusOf(delivery: Exclude<Delivery, { form: 'truncated' }>): LogEntry['status'] {
  switch (delivery.form) {
    case 'error':
      return delivery.error.httpStatus;
    case 'html':
      return 502;
    case 'dropped':
      return 'dropped';
    default:
      return 200;
  }
}

/** The vendor spells the ID of a request in two ways: `requestID` in a success, `requestId` in an error. */
function bodyOf(answer: Answer, requestID: string): object {
  if (answer.form === 'success') return { ...answer.body, requestID };
  const { code, message } = answer.error;
  return { code, message, requestId: requestID };
}

/** Sends the headers for the whole body and half of the body, then closes the connection. */
function truncate(reply: FastifyReply, answer: Answer, requestID: string): FastifyReply {
  const body = Buffer.from(JSON.stringify(bodyOf(answer, requestID)));
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  reply.raw.writeHead(answer.form === 'error' ? answer.error.httpStatus : 200, headers);
  reply.raw.write(body.subarray(0, body.length / 2), () => reply.raw.destroy());
  return reply;
}
