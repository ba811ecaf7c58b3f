import { createHash, timingSafeEqual } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Encryption } from './encryption.ts';
import { createPayloadCodec } from './payload-codec.ts';
import { PayloadDecryptionError } from './payload-decryption-error.ts';

export interface CodecServerOptions {
  encryption: Encryption;
  /** Whoever has it can have any payload decrypted. */
  token: string;
  /** From which pages browsers may call, exactly as they name themselves, e.g. `http://localhost:8233`. */
  origins: readonly string[];
}

/** More than Temporal takes in one request, in Base64. */
const bodyLimitBytes = 8 * 1024 * 1024;

/** Payloads as they are in the JSON of Temporal's API: bytes in Base64, left out where there are none. */
const payloadsSchema = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), z.base64()).default({}), data: z.base64().default('') })),
});

/**
 * Decrypts payloads for Temporal's Web UI and command line, as their "remote codec": `POST /decode`, or
 * `POST /<namespace>/decode`. The token is wanted as `Authorization: Bearer …`; the Web UI of a server without a login
 * cannot send that, and has it in its endpoint instead: `POST /token/<token>/decode`.
 *
 * It does not encrypt: who has only the token cannot make workflows believe anything. It logs nothing.
 */
export function createCodecServer({ encryption, token, origins }: CodecServerOptions): FastifyInstance {
  const codec = createPayloadCodec(encryption);
  const server = fastify({ bodyLimit: bodyLimitBytes });

  // Before anything of the body is read.
  server.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const { origin } = request.headers;
    if (origin !== undefined) {
      reply.header('vary', 'origin');
      if (!origins.includes(origin)) return reply.code(403).send({ message: 'pages of this origin may not call' });
      reply.header('access-control-allow-origin', origin);
      if (request.method === 'OPTIONS') return answerPreflight(reply);
    }
    if (isSame(tokenOf(request), token)) return;
    return reply.code(401).header('www-authenticate', 'Bearer').send({ message: 'the token is missing or wrong' });
  });

  server.setErrorHandler((error, _request, reply) => {
    if (error instanceof PayloadDecryptionError) return reply.code(400).send({ message: error.message });
    const { statusCode = 500 } = error as { statusCode?: number };
    // The message of any other might quote what was sent.
    return reply.code(statusCode).send({ message: statusCode === 413 ? 'too large' : 'this is no list of payloads' });
  });

  for (const path of ['/decode', '/:namespace/decode', '/token/:token/decode']) {
    server.post(path, async (request, reply) => {
      const parsed = payloadsSchema.safeParse(request.body);
      if (!parsed.success) return reply.code(400).send({ message: 'this is no list of payloads' });
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

/** Digests are equally long, and tell nothing by how long they take to compare. */
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
