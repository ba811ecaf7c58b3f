import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CallLog, LogEntry } from './call-log.ts';
import type { ServiceError } from './service-error.ts';

/** An answer as the service means it. */
export type Answer =
  | { form: 'success'; body: object }
  | { form: 'error'; error: ServiceError; retryAfterSeconds?: number };

/** What becomes of an answer on its way. */
export type Delivery =
  | Answer
  /** A gateway's page in place of the service's answer. */
  | { form: 'html' }
  /** Status 200 and nothing else. */
  | { form: 'empty' }
  /** The connection ends before the body does. */
  | { form: 'truncated'; answer: Answer }
  /** The connection ends before the answer begins. */
  | { form: 'dropped' };

declare module 'fastify' {
  interface FastifyRequest {
    /** What is known so far of the call's line in the log. */
    logDraft: Omit<LogEntry, 'seq' | 'status' | 'code'>;
  }
}

/** Enters the call in the log, then answers it: whoever has an answer finds its call in the log. */
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

/** The vendor writes the ID of a request in two ways: `requestID` in a success, `requestId` in an error. */
function bodyOf(answer: Answer, requestID: string): object {
  if (answer.form === 'success') return { ...answer.body, requestID };
  const { code, message } = answer.error;
  return { code, message, requestId: requestID };
}

/** Announces the whole body, sends half of it, and ends the connection. */
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
