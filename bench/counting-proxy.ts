import { connect, createServer, type ClientHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

/** Stands between a process and Temporal, and counts the calls that pass. */
export interface CountingProxy {
  /** Where the process finds Temporal. */
  address: string;
  /** The number of calls by their names, such as `DescribeWorkflowExecution`. */
  counts: () => ReadonlyMap<string, number>;
  stop: () => Promise<void>;
}

/** Starts a proxy for gRPC without TLS. */
export async function startCountingProxy(temporalAddress: string): Promise<CountingProxy> {
  const counts = new Map<string, number>();
  const sessions = new Set<{ destroy: () => void }>();
  const server = createServer();
  server.on('session', (session) => {
    const upstream = connect(`http://${temporalAddress}`);
    for (const each of [session, upstream]) {
      sessions.add(each);
      each.on('error', () => {});
      each.on('close', () => {
        sessions.delete(each);
        session.destroy();
        upstream.destroy();
      });
    }
    session.on('stream', (stream, headers) => {
      const name = headers[':path']?.split('/').at(-1) ?? '';
      counts.set(name, (counts.get(name) ?? 0) + 1);
      forward(stream, upstream, headers);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    counts: () => new Map(counts),
    async stop() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function forward(
  stream: ServerHttp2Stream,
  upstream: ClientHttp2Session,
  { ':scheme': _scheme, ':authority': _authority, ...headers }: Record<string, unknown>,
): void {
  const request = upstream.request(headers as Record<string, string>);
  for (const each of [stream, request]) each.on('error', () => {});
  stream.on('close', () => request.close());
  request.on('response', ({ ':status': status, ...answer }) => {
    stream.respond({ ':status': status ?? 502, ...answer }, { waitForTrailers: true });
  });
  request.on('trailers', (trailers) => {
    stream.once('wantTrailers', () => stream.sendTrailers(trailers));
  });
  stream.pipe(request);
  request.pipe(stream);
}
