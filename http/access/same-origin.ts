import type { FastifyInstance } from 'fastify';
import { isLoopback } from '../configuration.ts';
import { forbidden } from './authorize.ts';

/**
 * Refuses what pages of other sites make a browser send. A server without tokens trusts everybody on this machine, and a
 * page can reach it: by a name that resolves to a loopback address, or by a form.
 */
export function refuseOtherOrigins(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ host, hostname, headers }) => {
    if (!isLoopback(hostname)) throw forbidden('without tokens, the server answers only under a loopback address');
    const { origin } = headers;
    if (origin !== undefined && origin !== `http://${host}`)
      throw forbidden('without tokens, pages of other origins may not call');
  });
}
