import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface QuotingProxy {
  url: string;
  /** The bodies of the creates that were let through. */
  creates: () => string[];
  stop: () => Promise<void>;
}

/**
 * What stands before a service and passes all on, but refuses creates of some names with answers that quote all of them, and
 * permanent kubeconfigs with answers that quote the kubeconfig.
 */
export async function startQuotingProxy(serviceURL: string, refuses: (body: string) => boolean): Promise<QuotingProxy> {
  const creates: string[] = [];
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    creates: () => creates,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await text(incoming);
    if (incoming.method === 'POST' && incoming.url?.endsWith('/cluster')) {
      if (refuses(body)) {
        const refusal = { code: `Invalid: ${body}`, message: `cannot read ${body}`, requestID: 'refusal' };
        outgoing.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(refusal));
        return;
      }
      creates.push(body);
    }
    // With all headers as they are: they are signed.
    const { method = 'GET', url = '', headers } = incoming;
    const passedOn = httpRequest(new URL(url, serviceURL), { method, headers });
    passedOn.end(body);
    const [answer] = (await once(passedOn, 'response')) as [IncomingMessage];
    if (url.includes('/kubeconfig/')) {
      const refusal = { code: 'Broken', message: `cannot pass on ${await text(answer)}`, requestID: 'refusal' };
      outgoing.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(refusal));
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  }
}
