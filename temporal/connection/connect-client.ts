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

/** A client that connects when it is first used, and again whenever the connection is lost. */
export interface LazyClient extends ConnectedClient {
  /**
   * Asks Temporal for the namespace.
   *
   * @throws ConnectionSettingsError if the namespace does not exist or the API key is not valid
   * @throws UnreachableError
   */
  check: () => Promise<void>;
}

/**
 * Opens a client for a process that also runs while Temporal does not answer.
 *
 * @throws ConnectionSettingsError, EncryptionKeyError
 */
export function openClient(): LazyClient {
  const dataConverter = loadDataConverter();
  const { connectionOptions, namespace } = readSettings(process.env);
  const connection = lazyConnection(connectionOptions);
  const describe = () => connection.workflowService.describeNamespace({ namespace });
  const client = new Client({ connection, namespace, dataConverter, interceptors: tracingInterceptors() });
  return {
    client,
    dataConverter,
    check: async () => {
      await describe().catch(async (error: unknown) => {
        await checkNamespace(process.env, namespace, () => Promise.reject(error));
        throw new UnreachableError(describeUnreachable(process.env, connectionOptions, error), { cause: error });
      });
    },
    close: () => connection.close(),
  };
}

function lazyConnection(connectionOptions: Settings): Connection {
  try {
    return Connection.lazy({
      connectTimeout: '5s',
      interceptors: retryUntilClosed(),
      // By default gRPC waits up to two minutes before it tries again.
      channelArgs: { 'grpc.initial_reconnect_backoff_ms': 500, 'grpc.max_reconnect_backoff_ms': 5_000 },
      ...connectionOptions,
    });
  } catch (error) {
    // Throws for an address that is invalid, which the SDK finds before it connects.
    describeUnreachable(process.env, connectionOptions, error);
    throw error;
  }
}

type Settings = ReturnType<typeof readSettings>['connectionOptions'];

function readSettings(environment: NodeJS.ProcessEnv) {
  const reader = { loadClientConfigProfile, toClientOptions };
  const { connectionOptions, namespace = 'default' } = readConnectionSettings(environment, reader);
  return { connectionOptions, namespace };
}

/**
 * Connects to Temporal as the environment and its profile files say, and checks the namespace.
 *
 * @param environment @default the variables of this process
 * @throws ConnectionSettingsError, UnreachableError, EncryptionKeyError
 */
export async function connectClient(environment: NodeJS.ProcessEnv = process.env): Promise<ConnectedClient> {
  const dataConverter = loadDataConverter(environment);
  const { connectionOptions, namespace } = readSettings(environment);
  const interceptors = retryUntilClosed();
  const connection = await Connection.connect({ connectTimeout: '5s', interceptors, ...connectionOptions }).catch(
    (error: unknown) => {
      throw new UnreachableError(describeUnreachable(environment, connectionOptions, error), { cause: error });
    },
  );
  const describe = () => connection.workflowService.describeNamespace({ namespace });
  await checkNamespace(environment, namespace, describe).catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
  const client = new Client({ connection, namespace, dataConverter, interceptors: tracingInterceptors() });
  return { client, dataConverter, close: () => connection.close() };
}
