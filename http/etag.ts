import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

/**
 * Gives answers to reads an ETag, and answers 304 to a client that has the same already. `@fastify/etag` would do so for
 * errors and changes too, and knows no list of tags.
 */
export function addETags(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.method !== 'GET' || reply.statusCode !== 200 || typeof payload !== 'string') return payload;
    const tag = `"${createHash('sha256').update(payload).digest('base64url').slice(0, 27)}"`;
    void reply.header('etag', tag).header('cache-control', 'private, no-cache').header('vary', 'authorization');
    const known = request.headers['if-none-match']?.split(',').map((text) => text.trim().replace(/^W\//, '')) ?? [];
    if (!known.includes(tag) && !known.includes('*')) return payload;
    void reply.code(304);
    return '';
  });
}
