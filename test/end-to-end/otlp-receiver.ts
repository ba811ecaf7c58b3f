import fastify from 'fastify';

/** A span as OTLP has it in JSON. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: Record<string, unknown>;
  serviceName: unknown;
}

export interface OTLPReceiver {
  url: string;
  spans: () => ReceivedSpan[];
  /** All that was received, as it came. */
  received: () => string;
  stop: () => Promise<void>;
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

interface TracesRequest {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: (Omit<ReceivedSpan, 'attributes'> & { attributes: Attribute[] })[] }[];
  }[];
}

/** A real receiver of OTLP over HTTP, which keeps all that it gets. */
export async function startOTLPReceiver(port = 0): Promise<OTLPReceiver> {
  const bodies: string[] = [];
  const server = fastify();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) => done(null, body));
  server.post('/v1/traces', (request, reply) => {
    bodies.push(String(request.body));
    return reply.send({});
  });
  const url = await server.listen({ port, host: '127.0.0.1' });
  return {
    url,
    spans: () => bodies.flatMap((body) => spansOf(JSON.parse(body) as TracesRequest)),
    received: () => bodies.join('\n'),
    stop: () => server.close(),
  };
}

function spansOf({ resourceSpans }: TracesRequest): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        attributes: valuesOf(span.attributes),
        serviceName: valuesOf(resource.attributes)['service.name'],
      })),
    ),
  );
}

/** `[{key: 'a', value: {stringValue: 'b'}}]` to `{a: 'b'}`. */
function valuesOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
