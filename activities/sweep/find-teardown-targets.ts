import { ApplicationFailure } from '@temporalio/common';
import picomatch from 'picomatch';
import type { CceClient } from '../../cce/client.ts';
import type { ListedCluster } from '../../cce/cluster.ts';
import { readMarker } from '../../contract/marker.ts';
import type { TeardownFilter, TeardownPage } from '../../contract/teardown.ts';
import { withCallFailures } from '../api/call-failure.ts';
import { summaryOf } from '../api/cluster-list.ts';
import { listPage } from '../api/list-page.ts';

/** Reads one page of all clusters of the account and returns those that match a filter. */
export function findTeardownTargets({ cce }: { cce: CceClient }) {
  return async (input: {
    filter: TeardownFilter;
    nowMs: number;
    pageNo: number;
    /** Read by workers of version 0.1 only. */
    markerPattern?: string;
  }): Promise<TeardownPage> =>
    withCallFailures(async () => {
      const { clusterList, isLast } = await listPage(cce, input.pageNo);
      const page: TeardownPage = { targets: [], spared: [], isLast };
      for (const cluster of clusterList.filter(clusterMatcher(input.filter, input.nowMs))) {
        const { description, ...target } = summaryOf(cluster);
        if (readMarker(description) === undefined) page.spared.push({ ...target, reason: 'foreign' });
        else if (cluster.spec.forbidDelete === true) page.spared.push({ ...target, reason: 'protected' });
        else page.targets.push(target);
      }
      return page;
    });
}

/** Throws a non-retryable ApplicationFailure for an invalid pattern: another attempt cannot make it valid. */
function compile(patterns: string | string[]) {
  try {
    return picomatch(patterns);
  } catch (error) {
    throw ApplicationFailure.nonRetryable(
      `"${String(patterns)}" is not a valid pattern: ${String(error)}`,
      'InvalidFilter',
    );
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
    // A cluster of unknown age counts as young: nothing is deleted on a guess.
    const ageSeconds = (nowMs - Date.parse(createdAt ?? '')) / 1000;
    return olderThanSeconds === undefined || ageSeconds >= olderThanSeconds;
  };
}
