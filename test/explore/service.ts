/**
 * A service that makes and deletes clusters as a script says. It imports nothing of the product: what the oracle reads in
 * its log is what happened, not what the product believes.
 */
export interface Service {
  /** What arrived, in order. */
  log: readonly LogEntry[];
  clusters: ReadonlyMap<string, ServiceCluster>;
  /** Receives one request; `how` says what becomes of it. */
  receive: (request: ServiceRequest, how: Answer) => ServiceResponse | 'lost';
  /** Somebody makes a cluster in the vendor's console. */
  makeInConsole: (clusterName: string) => void;
  /** Another installation of the project makes a cluster on the same account. */
  makeElsewhere: (clusterName: string) => void;
  /** Somebody deletes a cluster in the vendor's console. */
  deleteInConsole: (clusterID: string) => void;
  /** Hides a healthy cluster from all reads, for less than the product assumes at most. */
  hide: (clusterID: string, forMs: number) => void;
  /** Lets all that is under way come to its end. */
  settleForGood: () => void;
}

export type CallName =
  | 'createCluster'
  | 'listClusters'
  | 'getCluster'
  | 'deleteCluster'
  | 'getEventSteps'
  | 'listInstances';

/**
 * - `lostBefore`, `lostAfter`: the connection breaks before or after the request has taken effect.
 * - `lostLate`: the connection breaks, and a create takes effect a while later.
 * - `denied`: the keys have no permission. `keysRefused`: they are unknown at the moment.
 * - `refused`: the request is senseless, or the cluster is protected. `busy`: it is refused for now.
 * - `missing`: a read by ID does not find a cluster that exists. `wrongPath`: a gateway in between does not know the path.
 * - `garbled`, `broken`: something in between answers in place of the service, after the request has taken effect.
 */
export type Answer =
  | 'answered'
  | 'lostBefore'
  | 'lostAfter'
  | 'lostLate'
  | 'denied'
  | 'keysRefused'
  | 'busy'
  | 'missing'
  | 'wrongPath'
  | 'refused'
  | 'throttled'
  | 'broken'
  | 'garbled';

export interface ServiceRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  /** The workflow and run on whose behalf it was sent. */
  sender: string;
}

export interface ServiceResponse {
  status: number;
  headers?: Record<string, string>;
  body: string;
}

export interface LogEntry {
  atMs: number;
  call: CallName;
  how: Answer;
  sender: string;
  /** The name or ID in the request. */
  target?: string;
  /** The cluster that a create has made or a deletion has concerned, if the request took effect. */
  affected?: string;
  /** The state of the cluster when the DELETE arrived. */
  stateBefore?: ServiceCluster['state'];
  /** The IDs that an answered list has shown. */
  shown?: string[];
}

export interface ServiceCluster {
  clusterID: string;
  clusterName: string;
  description: string;
  state: 'provisioning' | 'running' | 'create_failed' | 'deleting' | 'delete_failed' | 'gone';
  madeAtMs: number;
  /** Reads do not show it before this. */
  hiddenUntilMs: number;
  /** When its state changes by itself. */
  dueAtMs: number;
  /** What its creation and its deletions come to. */
  fate: Fate;
  /** Why it was deleted, if not by a request. */
  deletedInConsole?: true;
}

/** How long things take, in milliseconds, and how they end. */
export interface Fate {
  createMs: number;
  /** How long new reads do not show it. */
  lagMs: number;
  createFails: boolean;
  deleteMs: number;
  /** How many deletions end as `delete_failed`. */
  deletionsFail: number;
}

/** How much later a request takes effect whose connection broke. */
const lateMs = 30_000;

interface ServiceSettings {
  nowMs: () => number;
  /** Whether a create is refused while another cluster has its name. */
  hasUniqueNames: boolean;
  nextFate: () => Fate;
}

export function createService({ nowMs, hasUniqueNames, nextFate }: ServiceSettings): Service {
  const log: LogEntry[] = [];
  const clusters = new Map<string, ServiceCluster>();

  function make(clusterName: string, description: string, afterMs = 0): ServiceCluster {
    const fate = nextFate();
    const madeAtMs = nowMs() + afterMs;
    const cluster: ServiceCluster = {
      clusterID: `cce-${String(clusters.size + 1).padStart(8, '0')}`,
      clusterName,
      description,
      state: 'provisioning',
      madeAtMs,
      hiddenUntilMs: madeAtMs + fate.lagMs,
      dueAtMs: madeAtMs + fate.createMs,
      fate,
    };
    clusters.set(cluster.clusterID, cluster);
    return cluster;
  }

  function beginDeletion(cluster: ServiceCluster): void {
    if (cluster.state === 'deleting') return;
    cluster.state = 'deleting';
    cluster.dueAtMs = nowMs() + cluster.fate.deleteMs;
  }

  /** Brings all clusters to the current time. */
  function settle(): void {
    for (const cluster of clusters.values()) {
      if (cluster.dueAtMs > nowMs()) continue;
      cluster.dueAtMs = Infinity;
      if (cluster.state === 'provisioning') cluster.state = cluster.fate.createFails ? 'create_failed' : 'running';
      else if (cluster.state === 'deleting')
        cluster.state = cluster.fate.deletionsFail-- > 0 ? 'delete_failed' : 'gone';
    }
  }

  function exists(cluster: ServiceCluster | undefined): cluster is ServiceCluster {
    return cluster !== undefined && cluster.state !== 'gone' && cluster.madeAtMs <= nowMs();
  }

  function isVisible(cluster: ServiceCluster | undefined): cluster is ServiceCluster {
    return exists(cluster) && cluster.hiddenUntilMs <= nowMs();
  }

  function carryOut(entry: LogEntry, { query, body }: ServiceRequest): ServiceResponse {
    const cluster = clusters.get(entry.target ?? '');
    switch (entry.call) {
      case 'createCluster': {
        const { clusterName, description = '' } = (body as CreateBody).cluster;
        const isTaken = [...clusters.values()].some((each) => exists(each) && each.clusterName === clusterName);
        if (hasUniqueNames && isTaken) return refusal(409, 'cce.warning.AlreadyExist');
        const made = make(clusterName, description, entry.how === 'lostLate' ? lateMs : 0);
        entry.affected = made.clusterID;
        return json({ clusterID: made.clusterID, requestID: `request-${log.length}` });
      }
      case 'listClusters': {
        const keyword = query.get('keyword') ?? '';
        const field = query.get('keywordType') === 'clusterID' ? 'clusterID' : 'clusterName';
        const found = [...clusters.values()].filter((each) => isVisible(each) && each[field].includes(keyword));
        entry.shown = found.map(({ clusterID }) => clusterID);
        const clusterList = found.map(toListed);
        return json({ clusterPage: { totalCount: found.length, clusterList }, requestID: 'list' });
      }
      case 'getCluster':
        return isVisible(cluster) ? json({ cluster: toListed(cluster), requestID: 'get' }) : notFound();
      case 'getEventSteps':
        return isVisible(cluster) ? json(toSteps(cluster)) : notFound();
      case 'listInstances':
        return json({ instancePage: { totalCount: 0, instanceList: [] }, requestID: 'instances' });
      case 'deleteCluster':
        if (!exists(cluster)) return notFound();
        entry.affected = cluster.clusterID;
        entry.stateBefore = cluster.state;
        beginDeletion(cluster);
        return json({ requestID: `request-${log.length}` });
    }
  }

  return {
    log,
    clusters,
    receive(request, how) {
      settle();
      const target = targetOf(request);
      const entry: LogEntry = { atMs: nowMs(), call: callOf(request), how, sender: request.sender };
      if (target !== undefined) entry.target = target;
      log.push(entry);
      switch (how) {
        case 'lostBefore':
          return 'lost';
        case 'denied':
          return refusal(403, 'AccessDenied');
        case 'keysRefused':
          return refusal(403, 'SignatureDoesNotMatch');
        case 'busy':
          return refusal(409, 'cce.warning.ClusterIsCreating');
        case 'missing':
          return notFound();
        case 'wrongPath':
          return refusal(404, 'NoSuchPath');
        case 'refused':
          return refusal(400, 'cce.warning.InvalidParam');
        case 'throttled':
          return { ...refusal(429, 'RequestLimitExceeded'), headers: { 'retry-after': '3' } };
        default: {
          const response = carryOut(entry, request);
          if (how === 'answered') return response;
          delete entry.shown;
          if (how === 'broken') return refusal(500, 'InternalError');
          return how === 'garbled' ? { status: 200, body: '<html>' } : 'lost';
        }
      }
    },
    makeInConsole(clusterName) {
      make(clusterName, 'made by hand');
    },
    makeElsewhere(clusterName) {
      make(clusterName, 'made elsewhere\n[cce-orchestrator 0123456789abcdef 0123456789abcdef elsewhere]');
    },
    settleForGood() {
      for (const cluster of clusters.values()) {
        // The last deletions that fail are followed by none: nobody asks again.
        if (cluster.dueAtMs < Infinity) cluster.dueAtMs = 0;
      }
      settle();
    },
    deleteInConsole(clusterID) {
      settle();
      const cluster = clusters.get(clusterID);
      if (!exists(cluster)) return;
      cluster.deletedInConsole = true;
      beginDeletion(cluster);
    },
    hide(clusterID, forMs) {
      const cluster = clusters.get(clusterID);
      // Two times in a row would be one that is longer than the product assumes.
      if (isVisible(cluster) && nowMs() > cluster.hiddenUntilMs + 120_000) cluster.hiddenUntilMs = nowMs() + forMs;
    },
  };
}

interface CreateBody {
  cluster: { clusterName: string; description?: string };
}

export function callOf({ method, path }: Pick<ServiceRequest, 'method' | 'path'>): CallName {
  if (method === 'POST') return 'createCluster';
  if (method === 'DELETE') return 'deleteCluster';
  if (path.endsWith('/clusters')) return 'listClusters';
  if (path.endsWith('/instances')) return 'listInstances';
  return path.includes('/event/') ? 'getEventSteps' : 'getCluster';
}

function targetOf({ method, path, query, body }: ServiceRequest): string | undefined {
  if (method === 'POST') return (body as CreateBody).cluster.clusterName;
  if (path.endsWith('/clusters')) return query.get('keyword') ?? undefined;
  return /\/cluster\/([^/]+)/.exec(path)?.[1];
}

function toListed({ clusterID, clusterName, description, state, madeAtMs }: ServiceCluster) {
  const createdAt = new Date(madeAtMs).toISOString();
  return { spec: { clusterID, clusterName, description }, status: { clusterPhase: state }, createdAt };
}

function toSteps({ state }: ServiceCluster) {
  const isDeletion = state === 'deleting' || state === 'delete_failed';
  const status = { provisioning: 'creating', running: 'created', gone: 'deleted' }[state as string] ?? state;
  const stepStatus =
    { provisioning: 'doing', deleting: 'doing', running: 'done', gone: 'done' }[state as string] ?? 'failed';
  return { status, steps: [{ stepName: isDeletion ? 'machines' : 'masters', stepStatus }] };
}

function json(body: unknown): ServiceResponse {
  return { status: 200, body: JSON.stringify(body) };
}

function refusal(status: number, code: string): ServiceResponse {
  return { status, body: JSON.stringify({ code, message: 'no', requestId: 'refusal' }) };
}

function notFound(): ServiceResponse {
  return refusal(404, 'cce.warning.ClusterNotFound');
}
