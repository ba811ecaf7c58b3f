import type { CallName, ServiceCluster, ServiceRequest, ServiceResponse } from './service-log.ts';

/** The body of a request to create a cluster, as far as the service looks at it. */
export interface CreateBody {
  cluster: { clusterName: string; description?: string };
}

export function callOf({ method, path }: Pick<ServiceRequest, 'method' | 'path'>): CallName {
  // The service has none of the calls that check a create, and answers them as a read of a cluster that it does not have.
  if (method === 'POST' && !path.endsWith('/cluster')) return 'getCluster';
  if (method === 'POST') return 'createCluster';
  if (method === 'DELETE') return 'deleteCluster';
  if (path.endsWith('/clusters')) return 'listClusters';
  if (path.endsWith('/instances')) return 'listInstances';
  return path.includes('/event/') ? 'getEventSteps' : 'getCluster';
}

export function targetOf({ method, path, query, body }: ServiceRequest): string | undefined {
  if (method === 'POST') return (body as Partial<CreateBody>).cluster?.clusterName;
  if (path.endsWith('/clusters')) return query.get('keyword') ?? undefined;
  return /\/cluster\/([^/]+)/.exec(path)?.[1];
}

export function toListed({ clusterID, clusterName, description, state, madeAtMs }: ServiceCluster) {
  const createdAt = new Date(madeAtMs).toISOString();
  return { spec: { clusterID, clusterName, description }, status: { clusterPhase: state }, createdAt };
}

export function toSteps({ state }: ServiceCluster) {
  const isDeletion = state === 'deleting' || state === 'delete_failed';
  const status = { provisioning: 'creating', running: 'created', gone: 'deleted' }[state as string] ?? state;
  const stepStatus =
    { provisioning: 'doing', deleting: 'doing', running: 'done', gone: 'done' }[state as string] ?? 'failed';
  return { status, steps: [{ stepName: isDeletion ? 'machines' : 'masters', stepStatus }] };
}

/** The one node of a cluster, which runs together with it. */
export function toInstances({ clusterID, state, madeAtMs }: ServiceCluster) {
  const node = {
    spec: { cceInstanceID: `${clusterID}-node`, clusterRole: 'node' },
    status: { instancePhase: state },
    createdAt: new Date(madeAtMs).toISOString(),
  };
  return { instancePage: { totalCount: 1, instanceList: [node] }, requestID: 'instances' };
}

export function json(body: unknown): ServiceResponse {
  return { status: 200, body: JSON.stringify(body) };
}

export function refusal(status: number, code: string): ServiceResponse {
  return { status, body: JSON.stringify({ code, message: 'no', requestId: 'refusal' }) };
}

export function notFound(): ServiceResponse {
  return refusal(404, 'cce.warning.ClusterNotFound');
}
