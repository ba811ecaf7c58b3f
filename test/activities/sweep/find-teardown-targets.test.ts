import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { findTeardownTargets } from '../../../activities/sweep/find-teardown-targets.ts';
import type { CceClient } from '../../../cce/client.ts';
import type { TeardownFilter, TeardownPage } from '../../../contract/teardown.ts';

const description = '[cce-orchestrator 0123456789abcdef 0123456789abcdef]';

/** Reads a page of clusters with these names, all of them ours. */
function pageOf(names: readonly string[], filter: TeardownFilter, clusterPhase = 'running'): Promise<TeardownPage> {
  const clusterList = names.map((clusterName, index) => ({
    spec: { clusterID: `cce-${index}`, clusterName, description },
    status: { clusterPhase },
  }));
  const listClusters = async () => ({ clusterPage: { clusterList, totalCount: clusterList.length } });
  const activity = findTeardownTargets({ cce: { listClusters } as unknown as CceClient });
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  return environment.run(activity, { filter, nowMs: 0, pageNo: 1 }) as Promise<TeardownPage>;
}

const targets = async (names: readonly string[], filter: TeardownFilter) =>
  (await pageOf(names, filter)).targets.map(({ clusterName }) => clusterName);

describe('a page of a teardown', () => {
  it('has the names that a negated set does not name', async () => {
    expect(await targets(['prod-1', 'ci-1', 'ci-2'], { name: '[!p]*' })).toEqual(['ci-1', 'ci-2']);
  });

  it('spares every number of an excepted range', async () => {
    const names = ['ci-0', 'ci-4', 'ci-5', 'ci-17', 'ci-50', 'ci-51', 'ci-500'];
    const except = ['ci-{5..50}'];
    expect(await targets(names, { name: 'ci-*', except })).toEqual(['ci-0', 'ci-4', 'ci-51', 'ci-500']);
  });

  it('spares excepted names with a leading dot or a slash', async () => {
    const names = ['ci-keep', '.ci-keep', 'team/ci-keep', 'ci-go'];
    expect(await targets(names, { name: '{,.,team/}ci-*', except: ['*-keep'] })).toEqual(['ci-go']);
  });

  it('spares excepted clusterIDs', async () => {
    expect(await targets(['ci-1', 'ci-2'], { name: 'ci-*', except: ['cce-1'] })).toEqual(['ci-1']);
  });

  it('counts the names that each pattern took, also none', async () => {
    const filter = { name: 'ci-*', except: ['ci-2', 'CI-1'], olderThanSeconds: 60 };
    const page = await pageOf(['ci-1', 'ci-2', 'ci-3', 'prod-1'], filter);
    expect(page.targets).toEqual([]);
    expect(page.patterns).toEqual([
      { condition: 'name', pattern: 'ci-*', names: 3 },
      { condition: 'except', pattern: 'ci-2', names: 1 },
      { condition: 'except', pattern: 'CI-1', names: 0 },
    ]);
    expect((await pageOf(['ci-1'], { name: 'ci-*' }, 'deleting')).patterns).toMatchObject([{ names: 0 }]);
  });

  it.each<TeardownFilter>([{ name: '!(ci)*' }, { name: 'ci-*', except: ['ci-{a..e}'] }, { phases: ['Running'] }])(
    'is refused for good by the filter %j, for example of an older schedule',
    async (filter) => {
      const refusal: unknown = await pageOf(['ci-1'], filter).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(ApplicationFailure);
      expect(refusal).toMatchObject({ type: 'InvalidFilter', nonRetryable: true });
    },
  );
});
