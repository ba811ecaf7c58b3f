import { createHash, timingSafeEqual } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Encryption } from './encryption.ts';
import { createPayloadCodec } from './payload-codec.ts';
import { PayloadDecryptionError } from './payload-decryption-error.ts';

export interface CodecServerOptions {
  encryption: Encryption;
  /** The bearer token of callers. Anyone who knows it can decrypt any payload. */
  token: string;
  /** The origins of pages that may call, exactly as browsers send them, e.g. `http://localhost:8233`. */
  origins: readonly string[];
}

/** Larger than the limit of one Temporal request, encoded in Base64. */
const bodyLimitBytes = 8 * 1024 * 1024;

/** Payloads in the JSON of Temporal's API: bytes are Base64, and empty fields are absent. */
const payloadsSchema = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), z.base64()).default({}), data: z.base64().default('') })),
});

/**
 * Creates the "remote codec" that decrypts payloads for Temporal's Web UI and command line: `POST /decode` or
 * `POST /<namespace>/decode`. Callers send the token as `Authorization: Bearer …`. The Web UI of a server without a login
 * cannot send that header; its endpoint contains the token instead: `POST /token/<token>/decode`.
 *
 * The server does not encrypt, so a stolen token cannot forge input for workflows. It logs nothing.
 */
export function createCodecServer({ encryption, token, origins }: CodecServerOptions): FastifyInstance {
  const codec = createPayloadCodec(encryption);
  const server = fastify({ bodyLimit: bodyLimitBytes });

  // This hook runs before the server reads the body.
  server.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const { origin } = request.headers;
    if (origin !== undefined) {
      reply.header('vary', 'origin');
      if (!origins.includes(origin)) return reply.code(403).send({ message: 'this origin is not allowed' });
      reply.header('access-control-allow-origin', origin);
      if (request.method === 'OPTIONS') return answerPreflight(reply);
    }
    if (isSame(tokenOf(request), token)) return;
    return reply.code(401).header('www-authenticate', 'Bearer').send({ message: 'the token is missing or invalid' });
  });

  server.setErrorHandler((error, _request, reply) => {
    if (error instanceof PayloadDecryptionError) return reply.code(400).send({ message: error.message });
    const { statusCode = 500 } = error as { statusCode?: number };
    // The messages of other errors may quote the body.
    return reply
      .code(statusCode)
      .send({ message: statusCode === 413 ? 'the body is too large' : 'the body is not a list of payloads' });
  });

  for (const path of ['/decode', '/:namespace/decode', '/token/:token/decode']) {
    server.post(path, async (request, reply) => {
      const parsed = payloadsSchema.safeParse(request.body);
      if (!parsed.success) return reply.code(400).send({ message: 'the body is not a list of payloads' });
      const payloads = await codec.decode(parsed.data.payloads.map(fromJSON));
      return { payloads: payloads.map(toJSON) };
    });
  }
  return server;
}

function answerPreflight(reply: FastifyReply): FastifyReply {
  return reply
    .code(204)
    .header('access-control-allow-methods', 'POST')
    .header('access-control-allow-headers', 'authorization, authorization-extras, content-type, x-namespace')
    .header('access-control-max-age', '600')
    .send();
}

function tokenOf({ headers, params }: FastifyRequest): string {
  const [, bearer] = /^Bearer (.+)$/i.exec(headers.authorization ?? '') ?? [];
  return bearer ?? (params as { token?: string }).token ?? '';
}

/** Compares digests, whose equal length lets the comparison take constant time. */
function isSame(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

interface PayloadJSON {
  metadata: Record<string, string>;
  data: string;
}

function fromJSON({ metadata, data }: PayloadJSON): Payload {
  return {
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, text]) => [name, Buffer.from(text, 'base64')])),
    data: Buffer.from(data, 'base64'),
  };
}

function toJSON({ metadata, data }: Payload): PayloadJSON {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return {
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, bytes]) => [name, base64(bytes)])),
    data: base64(data ?? new Uint8Array()),
  };
}
