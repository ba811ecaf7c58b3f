import { Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, inject } from 'vitest';

/** Of a client and of workers, to the real Temporal server. */
export interface Connections {
  connection: Connection;
  nativeConnection: NativeConnection;
}

/**
 * Connects before the tests of a file or a block, and closes after them. To be called before other hooks, which may then
 * use the connections.
 *
 * @returns what is there once the first hook has run
 */
export function useConnections(): () => Connections {
  let connections: Connections;
  beforeAll(async () => {
    const address = inject('temporalAddress');
    connections = {
      connection: await Connection.connect({ address }),
      nativeConnection: await NativeConnection.connect({ address }),
    };
  });
  afterAll(async () => {
    await connections.nativeConnection.close();
    await connections.connection.close();
  });
  return () => connections;
}
