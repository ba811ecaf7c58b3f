import { ApplicationFailure } from '@temporalio/common';
import type { CceClient } from '../../cce/client.ts';
import type { ListedCluster } from '../../cce/cluster.ts';
import { readMarker } from '../../contract/marker.ts';
import { nameMatcher } from '../../contract/name-pattern.ts';
import { filterProblems } from '../../contract/teardown-filter.ts';
import type { PatternUse, TeardownFilter, TeardownPage } from '../../contract/teardown.ts';
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
      throwIfInvalid(input.filter);
      const { clusterList, isLast } = await listPage(cce, input.pageNo);
      const { clusters, patterns } = matchesOf(input.filter, clusterList, input.nowMs);
      const page: TeardownPage = { targets: [], spared: [], patterns, isLast };
      for (const cluster of clusters) {
        const { description, ...target } = summaryOf(cluster);
        if (readMarker(description) === undefined) page.spared.push({ ...target, reason: 'foreign' });
        else if (cluster.spec.forbidDelete === true) page.spared.push({ ...target, reason: 'protected' });
        else page.targets.push(target);
      }
      return page;
    });
}

/** A filter of a schedule may be older than the rules for filters. Another attempt cannot make it valid. */
function throwIfInvalid(filter: TeardownFilter): void {
  const problems = filterProblems(filter).map(({ path, message }) => `${path} ${message}`);
  if (problems.length > 0) throw ApplicationFailure.nonRetryable(problems.join('; '), 'InvalidFilter');
}

/** Applies a filter to a list of clusters. */
export function matchesOf(
  { name, olderThanSeconds, phases, except = [] }: TeardownFilter,
  clusters: readonly ListedCluster[],
  nowMs: number,
): { clusters: ListedCluster[]; patterns: PatternUse[] } {
  const standing = clusters.filter(({ status }) => !['deleting', 'deleted'].includes(status.clusterPhase));
  const isNamed = nameMatcher(name ?? '*');
  const named = standing.filter(({ spec }) => isNamed(spec.clusterName));
  const exceptions = except.map((pattern) => {
    const matches = nameMatcher(pattern);
    const spared = named.filter(({ spec }) => matches(spec.clusterName) || matches(spec.clusterID));
    return { pattern, spared: new Set(spared) };
  });
  return {
    clusters: named.filter((cluster) => isDue(cluster) && !exceptions.some(({ spared }) => spared.has(cluster))),
    patterns: [
      ...(name === undefined ? [] : [{ condition: 'name', pattern: name, names: named.length } as const]),
      ...exceptions.map(({ pattern, spared }) => ({ condition: 'except', pattern, names: spared.size }) as const),
    ],
  };

  function isDue({ status, createdAt }: ListedCluster): boolean {
    if (phases !== undefined && !phases.includes(status.clusterPhase)) return false;
    // A cluster of unknown age counts as young: nothing is deleted on a guess.
    const ageSeconds = (nowMs - Date.parse(createdAt ?? '')) / 1000;
    return olderThanSeconds === undefined || ageSeconds >= olderThanSeconds;
  }
}
