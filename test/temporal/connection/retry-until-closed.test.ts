import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Connection } from '@temporalio/client';
import { expect, it } from 'vitest';
import { retryUntilClosed } from '../../../temporal/connection/retry-until-closed.ts';

/** A connection to a server that hangs up on everybody. */
async function connectToNobody() {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connection = Connection.lazy({ address: `127.0.0.1:${port}`, interceptors: retryUntilClosed() });
  return { server, connection };
}

/** Without this, the SDK throws `Channel has been shut down` in a timer, which ends the process, and this test run. */
it('a call that waits for its next try ends when the connection is closed', async () => {
  const { server, connection } = await connectToNobody();
  const failing = expect(connection.workflowService.getSystemInfo({})).rejects.toThrow('the connection is closed');
  await once(server, 'connection');
  await connection.close();
  server.close();
  await failing;
});

it('a call on a closed connection ends, and does not hang', async () => {
  const { server, connection } = await connectToNobody();
  await connection.close();
  server.close();
  await expect(connection.workflowService.getSystemInfo({})).rejects.toThrow();
});
