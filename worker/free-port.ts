import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Finds a port of the loopback interface on which nothing listens.
 *
 * @param port The wanted port, or 0 for any.
 * @throws The system's error if something listens on the wanted port.
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
