import type { z } from 'zod';
import {
  deleteClusterResponseSchema,
  getClusterResponseSchema,
  listClustersResponseSchema,
  setForbidDeleteResponseSchema,
  type DeleteClusterOptions,
  type GetClusterResponse,
  type ListClustersQuery,
  type ListClustersResponse,
  type SetForbidDeleteResponse,
} from './cluster.ts';
import {
  createClusterResponseSchema,
  type CreateClusterRequest,
  type CreateClusterResponse,
} from './create-cluster.ts';
import { eventStepsResponseSchema, type EventStepsResponse } from './event-steps.ts';
import type { InstanceSet } from './instance-spec.ts';
import {
  addInstancesResponseSchema,
  deleteInstancesResponseSchema,
  listInstancesResponseSchema,
  type AddInstancesResponse,
  type DeleteInstancesRequest,
  type ListInstancesQuery,
  type ListInstancesResponse,
} from './instances.ts';
import {
  createTemporaryKubeconfigResponseSchema,
  getKubeconfigResponseSchema,
  type CreateTemporaryKubeconfigRequest,
  type CreateTemporaryKubeconfigResponse,
  type GetKubeconfigResponse,
  type KubeconfigType,
} from './kubeconfig.ts';
import {
  listMachineSpecsResponseSchema,
  type ListMachineSpecsQuery,
  type ListMachineSpecsResponse,
} from './machine-specs.ts';
import {
  checkClusterIPCIDRResponseSchema,
  checkContainerNetworkCIDRResponseSchema,
  recommendClusterIPCIDRResponseSchema,
  recommendContainerCIDRResponseSchema,
  type CheckClusterIPCIDRRequest,
  type CheckClusterIPCIDRResponse,
  type CheckContainerNetworkCIDRRequest,
  type CheckContainerNetworkCIDRResponse,
  type RecommendClusterIPCIDRRequest,
  type RecommendClusterIPCIDRResponse,
  type RecommendContainerCIDRRequest,
  type RecommendContainerCIDRResponse,
} from './network-checks.ts';
import { quotaSchema, type Quota } from './quota.ts';
import { createTransport, type Call, type CceClientOptions } from './transport.ts';

export type { CceClientOptions };

export interface CallOptions {
  /** Cancels the request; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * The calls of the CCE v2 API that the orchestrator uses; `docs/cce-api.md` has the source of each.
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
  /** Fetches the steps of one machine. The ID may be CCE's (`cce-…-…`) or the machine's (`i-…`). */
  getInstanceEventSteps: (instanceID: string, options?: CallOptions) => Promise<EventStepsResponse>;
  /** Not idempotent: a repeated call adds the machines again. */
  addInstances: (
    clusterID: string,
    sets: readonly InstanceSet[],
    options?: CallOptions,
  ) => Promise<AddInstancesResponse>;
  /** Returns when the service has accepted the deletion. The response says nothing about each machine. */
  deleteInstances: (
    clusterID: string,
    request: DeleteInstancesRequest,
    options?: CallOptions,
  ) => Promise<{ requestID: string }>;
  /** How many clusters the account may have. */
  getClusterQuota: (options?: CallOptions) => Promise<Quota>;
  /** How many nodes the cluster may have. */
  getNodeQuota: (clusterID: string, options?: CallOptions) => Promise<Quota>;
  /** The permanent kubeconfig of an administrator. The response is a secret. */
  getKubeconfig: (clusterID: string, type: KubeconfigType, options?: CallOptions) => Promise<GetKubeconfigResponse>;
  /** Issues a kubeconfig that expires; a repeated call issues another one. The response is a secret. */
  createTemporaryKubeconfig: (
    request: CreateTemporaryKubeconfigRequest,
    options?: CallOptions,
  ) => Promise<CreateTemporaryKubeconfigResponse>;
  /** Switches the service's own protection against deletion. Idempotent. */
  setForbidDelete: (
    clusterID: string,
    forbidDelete: boolean,
    options?: CallOptions,
  ) => Promise<SetForbidDeleteResponse>;
  /** Changes nothing, and neither do the three calls below. */
  checkContainerNetworkCIDR: (
    request: CheckContainerNetworkCIDRRequest,
    options?: CallOptions,
  ) => Promise<CheckContainerNetworkCIDRResponse>;
  checkClusterIPCIDR: (
    request: CheckClusterIPCIDRRequest,
    options?: CallOptions,
  ) => Promise<CheckClusterIPCIDRResponse>;
  recommendContainerCIDR: (
    request: RecommendContainerCIDRRequest,
    options?: CallOptions,
  ) => Promise<RecommendContainerCIDRResponse>;
  recommendClusterIPCIDR: (
    request: RecommendClusterIPCIDRRequest,
    options?: CallOptions,
  ) => Promise<RecommendClusterIPCIDRResponse>;
  /** Whether CCE can run these machine types, such as `bcc.g5.c2m8`; an empty list means all. */
  listMachineSpecs: (
    names: readonly string[],
    options?: CallOptions & ListMachineSpecsQuery,
  ) => Promise<ListMachineSpecsResponse>;
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
    getInstanceEventSteps: (instanceID, options) =>
      send(eventStepsResponseSchema, { method: 'GET', path: ['event', 'instance', instanceID] }, options),
    addInstances: (clusterID, sets, options) =>
      send(
        addInstancesResponseSchema,
        { method: 'POST', path: ['cluster', clusterID, 'instances'], body: sets },
        options,
      ),
    deleteInstances: (clusterID, body, options) =>
      send(deleteInstancesResponseSchema, { method: 'PUT', path: ['cluster', clusterID, 'instances'], body }, options),
    getClusterQuota: (options) => send(quotaSchema, { method: 'GET', path: ['quota', 'cluster'] }, options),
    getNodeQuota: (clusterID, options) =>
      send(quotaSchema, { method: 'GET', path: ['quota', 'cluster', clusterID, 'node'] }, options),
    getKubeconfig: (clusterID, type, options) =>
      send(
        getKubeconfigResponseSchema,
        { method: 'GET', path: ['kubeconfig', clusterID, type], hasSecretAnswer: true },
        options,
      ),
    createTemporaryKubeconfig: (request, options) =>
      send(
        createTemporaryKubeconfigResponseSchema,
        { method: 'POST', path: ['rbac'], body: { ...request, temp: true }, hasSecretAnswer: true },
        options,
      ),
    setForbidDelete: (clusterID, forbidDelete, options) =>
      send(
        setForbidDeleteResponseSchema,
        { method: 'PUT', path: ['cluster', clusterID, 'forbiddelete'], body: { forbidDelete } },
        options,
      ),
    checkContainerNetworkCIDR: (body, options) =>
      send(
        checkContainerNetworkCIDRResponseSchema,
        { method: 'POST', path: ['net', 'check_container_network_cidr'], body },
        options,
      ),
    checkClusterIPCIDR: (body, options) =>
      send(checkClusterIPCIDRResponseSchema, { method: 'POST', path: ['net', 'check_clusterip_cidr'], body }, options),
    recommendContainerCIDR: (body, options) =>
      send(
        recommendContainerCIDRResponseSchema,
        { method: 'POST', path: ['net', 'recommend_container_cidr'], body },
        options,
      ),
    recommendClusterIPCIDR: (body, options) =>
      send(
        recommendClusterIPCIDRResponseSchema,
        { method: 'POST', path: ['net', 'recommend_clusterip_cidr'], body },
        options,
      ),
    listMachineSpecs: (names, { type, ...options } = {}) =>
      send(
        listMachineSpecsResponseSchema,
        {
          method: 'POST',
          prefix: '/api/cce/artifact-service/v1',
          path: ['machine-specs'],
          query: toQuery({ type }),
          body: { machineSpecList: names },
        },
        options,
      ),
  };
}

function toQuery(values: object): [string, string][] {
  return Object.entries(values).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
}
