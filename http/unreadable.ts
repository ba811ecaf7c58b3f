import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { problemOf } from './problem-of.ts';
import { RequestError } from './request-error.ts';

/** Answers bytes that are not HTTP, headers that are too large, and requests that arrive too slowly. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket, logger: FastifyBaseLogger): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const { status, title, ...rest } = problemOf(unreadable(error.code), randomUUID());
  logger.info({ requestID: rest.requestID, status, from: socket.remoteAddress, reason: error.code }, 'request');
  const body = JSON.stringify({ title, status, ...rest });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function unreadable(code: string | undefined): RequestError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new RequestError(431, 'HeadersTooLarge', 'the headers are too large');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new RequestError(408, 'TooSlow', 'the request took too long to arrive');
    default:
      return new RequestError(400, 'InvalidRequest', 'the request is not valid HTTP');
  }
}
