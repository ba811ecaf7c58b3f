import type { z } from 'zod';
import {
  deleteClusterResponseSchema,
  getClusterResponseSchema,
  listClustersResponseSchema,
  type DeleteClusterOptions,
  type GetClusterResponse,
  type ListClustersQuery,
  type ListClustersResponse,
} from './cluster.ts';
import {
  createClusterResponseSchema,
  type CreateClusterRequest,
  type CreateClusterResponse,
} from './create-cluster.ts';
import { eventStepsResponseSchema, type EventStepsResponse } from './event-steps.ts';
import { listInstancesResponseSchema, type ListInstancesQuery, type ListInstancesResponse } from './instances.ts';
import { createTransport, type Call, type CceClientOptions } from './transport.ts';

export type { CceClientOptions };

export interface CallOptions {
  /** Cancels the request; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * The CCE v2 cluster API (API page, sections Create cluster to Event steps).
 *
 * Each function sends one request and does not retry it; Temporal does the retries. There are two exceptions, both after
 * a response that proves that the call had no effect. After `RequestExpired` the client signs the request once more with
 * the time of the service, and after rejected credentials it sends the request once more if it obtains new ones.
 *
 * All functions throw {@link CceApiError} or {@link CceNetworkError}.
 */
export interface CceClient {
  /**
   * Not idempotent: the API has no client token, and names are not unique. Look for an existing cluster before the call,
   * and again if it fails.
   */
  createCluster: (request: CreateClusterRequest, options?: CallOptions) => Promise<CreateClusterResponse>;
  /** Fetches one page. `keyword` matches anywhere in the name or ID. */
  listClusters: (query: ListClustersQuery, options?: CallOptions) => Promise<ListClustersResponse>;
  getCluster: (clusterID: string, options?: CallOptions) => Promise<GetClusterResponse>;
  /** Returns when the service has accepted the deletion, long before the cluster is gone. */
  deleteCluster: (
    clusterID: string,
    deleteOptions?: DeleteClusterOptions,
    options?: CallOptions,
  ) => Promise<{ requestID?: string | undefined }>;
  getEventSteps: (clusterID: string, options?: CallOptions) => Promise<EventStepsResponse>;
  /** Fetches one page of the machines of a cluster. */
  listInstances: (
    clusterID: string,
    query?: ListInstancesQuery,
    options?: CallOptions,
  ) => Promise<ListInstancesResponse>;
}

/** @throws `TypeError` if the endpoint is invalid; see {@link apiBaseURL}. */
export function createCceClient(clientOptions: CceClientOptions): CceClient {
  const transport = createTransport(clientOptions);

  async function send<Schema extends z.ZodType>(schema: Schema, call: Call, options?: CallOptions) {
    return transport<z.infer<Schema>>(call, (body) => schema.safeParse(body), options?.signal);
  }

  return {
    createCluster: (request, options) =>
      send(createClusterResponseSchema, { method: 'POST', path: ['cluster'], body: request }, options),
    listClusters: (query, options) =>
      send(listClustersResponseSchema, { method: 'GET', path: ['clusters'], query: toQuery(query) }, options),
    getCluster: (clusterID, options) =>
      send(getClusterResponseSchema, { method: 'GET', path: ['cluster', clusterID] }, options),
    deleteCluster: (clusterID, deleteOptions = {}, options) =>
      send(
        deleteClusterResponseSchema,
        { method: 'DELETE', path: ['cluster', clusterID], query: toQuery(deleteOptions) },
        options,
      ),
    getEventSteps: (clusterID, options) =>
      send(eventStepsResponseSchema, { method: 'GET', path: ['event', 'cluster', clusterID] }, options),
    listInstances: (clusterID, query = {}, options) =>
      send(
        listInstancesResponseSchema,
        { method: 'GET', path: ['cluster', clusterID, 'instances'], query: toQuery(query) },
        options,
      ),
  };
}

function toQuery(values: object): [string, string][] {
  return Object.entries(values).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
}
