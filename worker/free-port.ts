import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * The given port of the loopback, or any, on which nothing listens at the moment.
 *
 * @throws the system's error where something listens on the given one
 */
export async function freeLoopbackPort(port = 0): Promise<number> {
  const listener = createServer().listen(port, '127.0.0.1');
  await once(listener, 'listening');
  const bound = listener.address();
  listener.close();
  await once(listener, 'close');
  if (bound === null || typeof bound === 'string') throw new Error('a TCP listener has no port');
  return bound.port;
}
