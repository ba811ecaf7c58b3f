import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { tracingInterceptors } from '../workflows/client-tracing.ts';
import { loadDataConverter } from './data-converter.ts';
import { UnreachableError } from './unreachable-error.ts';

/** Temporal's own client, in the namespace and with the keys that the environment names. */
export interface ConnectedClient {
  client: Client;
  dataConverter: DataConverter;
  close: () => Promise<void>;
}

/** @throws UnreachableError, EncryptionKeyError */
export async function connectClient(): Promise<ConnectedClient> {
  const dataConverter = loadDataConverter();
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await Connection.connect({ connectTimeout: '5s', ...connectionOptions }).catch(
    (error: unknown) => {
      const address = connectionOptions.address ?? 'localhost:7233';
      throw new UnreachableError(`cannot reach Temporal at ${address}; is TEMPORAL_ADDRESS right?`, { cause: error });
    },
  );
  const client = new Client({ connection, namespace, dataConverter, interceptors: tracingInterceptors() });
  return { client, dataConverter, close: () => connection.close() };
}
