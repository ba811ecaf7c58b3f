import type { Answer, Fate, LogEntry, ServiceCluster, ServiceRequest, ServiceResponse } from './service-log.ts';
import {
  callOf,
  json,
  notFound,
  refusal,
  targetOf,
  toInstances,
  toListed,
  toSteps,
  type CreateBody,
} from './service-wire.ts';

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
      const { dueAtMs } = cluster;
      if (dueAtMs > nowMs()) continue;
      cluster.dueAtMs = Infinity;
      if (cluster.state === 'provisioning') {
        cluster.state = cluster.fate.createFails ? 'create_failed' : 'running';
        if (!cluster.fate.createFails) cluster.runsSinceMs = dueAtMs;
      } else if (cluster.state === 'deleting')
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
        return isVisible(cluster) ? json(toInstances(cluster)) : notFound();
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
      settle();
      const cluster = clusters.get(clusterID);
      if (!isVisible(cluster) || !['provisioning', 'running'].includes(cluster.state)) return;
      // Two times in a row would be one that is longer than the product assumes.
      if (nowMs() > cluster.hiddenUntilMs + 120_000) cluster.hiddenUntilMs = nowMs() + forMs;
    },
  };
}
