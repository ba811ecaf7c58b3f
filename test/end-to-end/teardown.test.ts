import { beforeAll, describe, expect, it, vi } from 'vitest';
import { TooManyMatchesError } from '../../client/index.ts';
import { readExample } from '../examples.ts';
import { allOf, ended } from '../orchestration.ts';
import { useService } from '../service.ts';
import { waiting } from '../waiting.ts';

const marker = '[cce-orchestrator 0123456789abcdef 0123456789abcdef]';
const theirs = '[cce-orchestrator 0123456789abcdef 0123456789abcdef another-installation]';
const longAgo = '2020-01-01T00:00:00Z';

describe('teardown', () => {
  const { simulator, orchestration } = useService(['--create-seconds', '0', '--delete-seconds', '0']);

  beforeAll(async () => {
    await plant('ci-old', { createdAt: longAgo });
    await plant('ci-kept', { createdAt: longAgo });
    await plant('ci-young', {});
    await plant('ci-foreign', { createdAt: longAgo, description: 'somebody else made this' });
    // Another installation on the account is in the middle of its create.
    await plant('ci-theirs', { createdAt: longAgo, description: theirs, phase: 'provisioning' });
    await plant('ci-quoted', { createdAt: longAgo, description: `copied from ${marker} of another` });
    await plant('ci-protected', { createdAt: longAgo, forbidDelete: true });
    await plant('ci-failed', { createdAt: longAgo, phase: 'create_failed' });
    await plant('production', { createdAt: longAgo });
    // One that is made in the ordinary way carries a marker too.
    const { orchestrator } = orchestration();
    await ended(orchestrator, await orchestrator.create(readExample('managed', 'ci-made')));
  });

  async function plant(
    clusterName: string,
    { createdAt, phase, ...spec }: { createdAt?: string; phase?: string; description?: string; forbidDelete?: boolean },
  ): Promise<void> {
    const { cluster } = readExample('managed', clusterName);
    await simulator().plantCluster({
      spec: { ...cluster, description: marker, ...spec },
      ...(createdAt !== undefined && { createdAt }),
      phase: phase ?? 'running',
    });
  }

  async function names(): Promise<string[]> {
    return (await simulator().clusters()).map(({ clusterName }) => clusterName).toSorted();
  }

  const dayOld = { name: 'ci-*', olderThanSeconds: 24 * 3600 };

  it.each([
    {
      filter: dayOld,
      targets: ['ci-failed', 'ci-kept', 'ci-old'],
      spared: ['ci-foreign', 'ci-protected', 'ci-quoted', 'ci-theirs'],
    },
    { filter: { ...dayOld, phases: ['create_failed'] }, targets: ['ci-failed'], spared: [] },
    {
      filter: { ...dayOld, except: ['*-kept', 'ci-f*'] },
      targets: ['ci-old'],
      spared: ['ci-protected', 'ci-quoted', 'ci-theirs'],
    },
    { filter: { name: 'ci-{made,young}' }, targets: ['ci-made', 'ci-young'], spared: [] },
    { filter: { name: 'ci' }, targets: [], spared: [] },
    { filter: { name: 'ci-[!kpmy]*', phases: ['provisioning'] }, targets: [], spared: ['ci-theirs'] },
  ])('finds $targets by $filter and spares $spared', async ({ filter, targets, spared }) => {
    const before = await names();
    const report = await orchestration().orchestrator.teardown.find({ filter, maximum: 50 });
    expect(report.targets.map(({ clusterName }) => clusterName).toSorted()).toEqual(targets);
    expect(report.spared.map(({ clusterName }) => clusterName).toSorted()).toEqual(spared);
    expect(await names()).toEqual(before);
  });

  it('refuses more matches than the ceiling, and says which', async () => {
    const found = orchestration().orchestrator.teardown.find({ filter: dayOld, maximum: 2 });
    const error = await found.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TooManyMatchesError);
    expect((error as TooManyMatchesError).report.targets).toHaveLength(3);
  });

  it('does the same on a schedule, and deletes nothing above the ceiling', async () => {
    const { client, account } = orchestration();
    const { schedules } = orchestration().orchestrator.teardown;
    const deletion = { options: {}, concurrency: 5, failurePolicy: 'continue' } as const;
    const before = await names();
    await schedules.set('too-many', 24 * 3600, { filter: dayOld, maximum: 2, delete: deletion });
    await schedules.set('nightly', 24 * 3600, { filter: dayOld, maximum: 50, delete: deletion });
    await schedules.set('nightly', 12 * 3600, { filter: dayOld, maximum: 50, delete: deletion });
    await vi.waitFor(async () => expect(await allOf(schedules.list())).toHaveLength(2), waiting);
    expect(await schedules.pause('nightly', true)).toBe(true);
    expect(await allOf(schedules.list())).toContainEqual(expect.objectContaining({ name: 'nightly', paused: true }));
    expect(await schedules.pause('unheard-of', true)).toBe(false);

    expect(await sweep('too-many')).toMatchObject({ status: 'FAILED' });
    expect(await names()).toEqual(before);
    expect(await sweep('nightly')).toMatchObject({ status: 'COMPLETED' });
    expect(await names()).toEqual(before.filter((name) => !['ci-old', 'ci-kept', 'ci-failed'].includes(name)));
    for (const name of ['too-many', 'nightly']) expect(await schedules.remove(name)).toBe(true);
    expect(await schedules.remove('nightly')).toBe(false);

    /** Makes a schedule act at once, and waits for what it starts. */
    async function sweep(name: string): Promise<{ status: string }> {
      const handle = client.schedule.getHandle(`cce:${account}:bj:teardown:${name}`);
      await handle.trigger();
      const action = await vi.waitUntil(async () => (await handle.describe()).info.recentActions[0]?.action, waiting);
      const workflow = client.workflow.getHandle(action.workflow.workflowId);
      await workflow.result().catch(() => undefined);
      return { status: (await workflow.describe()).status.name };
    }
  });
});
