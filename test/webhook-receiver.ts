import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebhookEvent } from '../client/index.ts';

/** One request that a receiver has got. */
export interface Received {
  headers: IncomingHttpHeaders;
  path: string;
  body: string;
  /** The status that it was answered with. `undefined` while it is not. */
  status?: number;
}

export interface WebhookReceiver {
  url: string;
  received: Received[];
  /** The events that it has accepted, in their order. */
  accepted: () => (Omit<WebhookEvent, 'id'> & { id: string | undefined })[];
  close: () => Promise<void>;
}

/**
 * Starts a receiver of webhooks in this process.
 *
 * @param answer Decides on the answer to a request, given how many there were before.
 */
export async function startReceiver(
  answer: (
    request: Received,
    before: number,
  ) => Promise<{ status: number; headers?: Record<string, string>; body?: string }>,
): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      const one: Received = { headers: request.headers, path: request.url ?? '', body };
      const before = received.push(one) - 1;
      void answer(one, before).then(({ status, headers = {}, body: text = '' }) => {
        one.status = status;
        response.writeHead(status, headers).end(text);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    accepted: () =>
      received
        .filter(({ status }) => status !== undefined && status < 300)
        .map(({ headers, body }) => ({
          id: headers['webhook-id'] as string | undefined,
          ...(JSON.parse(body) as Omit<WebhookEvent, 'id'>),
        })),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
