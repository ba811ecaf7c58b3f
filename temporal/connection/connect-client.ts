import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import { loadDataConverter } from '../encryption/load-data-converter.ts';
import { tracingInterceptors } from '../tracing/client-tracing.ts';
import { checkNamespace, describeUnreachable, readConnectionSettings } from './connection-settings.ts';
import { retryUntilClosed } from './retry-until-closed.ts';
import { UnreachableError } from './unreachable-error.ts';

/** The SDK's client, for the namespace and with the encryption keys that the environment names. */
export interface ConnectedClient {
  client: Client;
  dataConverter: DataConverter;
  close: () => Promise<void>;
}

/**
 * Connects to Temporal as the environment and its profile files say, and checks the namespace.
 *
 * @throws ConnectionSettingsError, UnreachableError, EncryptionKeyError
 */
export async function connectClient(): Promise<ConnectedClient> {
  const dataConverter = loadDataConverter();
  const reader = { loadClientConfigProfile, toClientOptions };
  const { connectionOptions, namespace = 'default' } = readConnectionSettings(process.env, reader);
  const interceptors = retryUntilClosed();
  const connection = await Connection.connect({ connectTimeout: '5s', interceptors, ...connectionOptions }).catch(
    (error: unknown) => {
      throw new UnreachableError(describeUnreachable(process.env, connectionOptions, error), { cause: error });
    },
  );
  const describe = () => connection.workflowService.describeNamespace({ namespace });
  await checkNamespace(process.env, namespace, describe).catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
  const client = new Client({ connection, namespace, dataConverter, interceptors: tracingInterceptors() });
  return { client, dataConverter, close: () => connection.close() };
}
