import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import picomatch from 'picomatch';
import type { CceClient } from '../cce/client.ts';
import type { ListedCluster } from '../cce/cluster.ts';
import type { TeardownFilter } from '../workflows/teardown-sweep.ts';
import { withCallFailures } from './call-failure.ts';

/** A cluster that a teardown is about. */
export interface TeardownTarget {
  clusterID: string;
  clusterName: string;
  clusterPhase: string;
  /** RFC 3339; absent where the service gives none. */
  createdAt?: string;
}

export interface TeardownPage {
  targets: TeardownTarget[];
  /** They match, and must not be deleted: without our marker, or with the service's deletion protection. */
  spared: (TeardownTarget & { reason: 'foreign' | 'protected' })[];
  isLast: boolean;
}

/** Small enough for what matches to stay far below Temporal's limits for one payload. */
const pageSize = 100;

/** One page of all clusters of the account, of which those are returned that a filter matches. */
export function findTeardownTargets({ cce }: { cce: CceClient }) {
  return async (input: {
    filter: TeardownFilter;
    /** What the description of a cluster of ours matches: a regular expression. */
    markerPattern: string;
    nowMs: number;
    pageNo: number;
  }): Promise<TeardownPage> =>
    withCallFailures(async () => {
      const { clusterPage } = await cce.listClusters(
        { orderBy: 'createdAt', order: 'ASC', pageNo: input.pageNo, pageSize },
        { signal: cancellationSignal() },
      );
      const marker = new RegExp(input.markerPattern);
      const matches = clusterMatcher(input.filter, input.nowMs);
      const page: TeardownPage = {
        targets: [],
        spared: [],
        isLast: clusterPage.clusterList.length === 0 || input.pageNo * pageSize >= clusterPage.totalCount,
      };
      for (const cluster of clusterPage.clusterList.filter(matches)) {
        const target = toTarget(cluster);
        if (!marker.test(cluster.spec.description ?? '')) page.spared.push({ ...target, reason: 'foreign' });
        else if (cluster.spec.forbidDelete === true) page.spared.push({ ...target, reason: 'protected' });
        else page.targets.push(target);
      }
      return page;
    });
}

function toTarget({ spec, status, createdAt }: ListedCluster): TeardownTarget {
  return {
    clusterID: spec.clusterID,
    clusterName: spec.clusterName,
    clusterPhase: status.clusterPhase,
    ...(createdAt !== undefined && { createdAt }),
  };
}

/** Throws an ApplicationFailure where a pattern is none: no other try will make one of it. */
function compile(patterns: string | string[]) {
  try {
    return picomatch(patterns);
  } catch (error) {
    throw ApplicationFailure.nonRetryable(`"${String(patterns)}" is no pattern: ${String(error)}`, 'InvalidFilter');
  }
}

function clusterMatcher({ name = '*', olderThanSeconds, phases, except = [] }: TeardownFilter, nowMs: number) {
  const isNamed = compile(name);
  const isExcepted = compile(except);
  return ({ spec, status, createdAt }: ListedCluster): boolean => {
    if (['deleting', 'deleted'].includes(status.clusterPhase)) return false;
    if (!isNamed(spec.clusterName)) return false;
    if (except.length > 0 && (isExcepted(spec.clusterName) || isExcepted(spec.clusterID))) return false;
    if (phases !== undefined && !phases.includes(status.clusterPhase)) return false;
    // Without a known age it counts as young: nothing is deleted on a guess.
    const ageSeconds = (nowMs - Date.parse(createdAt ?? '')) / 1000;
    return olderThanSeconds === undefined || ageSeconds >= olderThanSeconds;
  };
}
