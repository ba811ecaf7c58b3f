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
import { createTransport, type Call, type CceClientOptions } from './transport.ts';

export type { CceClientOptions };

export interface CallOptions {
  /** Ends the request; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * The CCE v2 cluster API (API page, sections Create cluster to Event steps).
 *
 * Each function sends one request and never repeats it: retrying is up to Temporal. The exceptions are answers that prove
 * that nothing was done: after `RequestExpired` it is signed again once, with the clock of the answer, and once with
 * other keys after keys were refused.
 *
 * All of them throw {@link CceApiError} or {@link CceNetworkError}.
 */
export interface CceClient {
  /** Not idempotent: there is no client token and names are not unique. Look before you call this, and after it fails. */
  createCluster: (request: CreateClusterRequest, options?: CallOptions) => Promise<CreateClusterResponse>;
  /** One page. `keyword` matches anywhere in the name or ID. */
  listClusters: (query: ListClustersQuery, options?: CallOptions) => Promise<ListClustersResponse>;
  getCluster: (clusterID: string, options?: CallOptions) => Promise<GetClusterResponse>;
  /** Returns when the deletion has been accepted, long before the cluster is gone. */
  deleteCluster: (
    clusterID: string,
    deleteOptions?: DeleteClusterOptions,
    options?: CallOptions,
  ) => Promise<{ requestID?: string | undefined }>;
  getEventSteps: (clusterID: string, options?: CallOptions) => Promise<EventStepsResponse>;
}

/** @throws `TypeError` where the endpoint is unusable, see {@link apiBaseURL}. */
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
  };
}

function toQuery(values: object): [string, string][] {
  return Object.entries(values).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
}
