import { describe, expect, it, vi } from 'vitest';
import type { BatchOutcome } from '../../contract/batch/outcome.ts';
import { batchWorkflowID, createWorkflowID } from '../../contract/identity.ts';
import { createItem } from '../batches.ts';
import { allOf } from '../orchestration.ts';
import { useService } from '../service.ts';
import { eventsOfRuns, startServerOfShortRuns, suggestedEvents } from '../short-runs.ts';
import { waiting } from '../waiting.ts';

describe.concurrent('a batch of real creates that goes on in new runs', () => {
  const { simulator, orchestration } = useService(['--create-seconds', '1', '--delete-seconds', '0'], {
    temporal: startServerOfShortRuns,
    faults: [{ kind: 'stuck-step', step: 3, name: 'stuck-*' }],
  });

  const scope = () => ({ account: orchestration().account, region: 'bj' });
  const handle = (workflowID: string) => orchestration().client.workflow.getHandle(workflowID);
  const outcomeOf = async (name: string) => (await handle(batchWorkflowID(scope(), name)).result()) as BatchOutcome;

  /** When each run of a batch began and ended, oldest first, with the number of its events. */
  async function runsOf(name: string) {
    const runs = await eventsOfRuns(orchestration().client, batchWorkflowID(scope(), name));
    const timeOf = (event: (typeof runs)[number][number] | undefined) =>
      Number(event?.eventTime?.seconds ?? 0) * 1000 + (event?.eventTime?.nanos ?? 0) / 1e6;
    return runs.map((events) => ({
      events: events.length,
      beganAt: timeOf(events[0]),
      endedAt: timeOf(events.at(-1)),
    }));
  }

  it('loses and doubles nothing, and its creates outlive the runs that started them', async () => {
    const clusterNames = Array.from({ length: 16 }, (_, index) => `item-${index}`);
    const { batches } = orchestration().orchestrator;
    const items = clusterNames.map((name) => createItem(name));
    await batches.start({ name: 'long', items, concurrency: 4, failurePolicy: 'continue' });
    const outcome = await outcomeOf('long');
    expect(outcome).toMatchObject({ outcome: 'completed', total: 16, succeeded: 16, attached: 0 });

    const runs = await runsOf('long');
    expect(runs.length).toBeGreaterThan(2);
    expect(Math.max(...runs.map(({ events }) => events))).toBeLessThan(suggestedEvents + 30);
    const calls = (await simulator().log('createCluster')).filter(({ effect }) => effect === 'created');
    const made = calls.map(({ clusterName = '' }) => clusterName).filter((name) => name.startsWith('item-'));
    expect(made.toSorted()).toEqual(clusterNames.toSorted());

    const creates = await Promise.all(clusterNames.map((name) => handle(createWorkflowID(scope(), name)).describe()));
    const times = creates.map(({ startTime, closeTime }) => ({ from: startTime.getTime(), to: closeTime!.getTime() }));
    const underWay = times.map(({ from }) => times.filter((other) => other.from <= from && other.to > from).length);
    expect(Math.max(...underWay)).toBeLessThanOrEqual(4);
    const outlived = times.filter(({ from, to }) => runs.some((run) => from < run.endedAt && run.endedAt < to));
    expect(outlived.length).toBeGreaterThan(0);

    // What its first run was given is known of the last one, too.
    const results = await allOf(batches.results('long'));
    expect(results.map(({ result }) => result)).toEqual(clusterNames.map(() => 'running'));
    const status = await batches.status('long');
    expect(Date.parse(status.startedAt)).toBeLessThan(runs[1]!.beganAt);
  });

  it('cancels what its first run has started', async () => {
    const { batches } = orchestration().orchestrator;
    const items = ['stuck-0', ...Array.from({ length: 4 }, (_, index) => `other-${index}`), 'stuck-1', 'stuck-2'];
    const upload = { name: 'cancelled', items: items.map((name) => createItem(name)) };
    await batches.start({ ...upload, concurrency: 2, failurePolicy: 'continue' });
    await vi.waitUntil(async () => (await batches.status('cancelled')).progress?.succeeded === 4, waiting);
    await batches.setConcurrency('cancelled', 3);
    await vi.waitUntil(async () => (await batches.status('cancelled')).progress?.underWay === 3, waiting);
    // It is known to be the same batch.
    expect(await batches.start({ ...upload, concurrency: 2, failurePolicy: 'continue' })).toMatchObject({
      attached: true,
    });
    await batches.cancel('cancelled');
    expect(await outcomeOf('cancelled')).toMatchObject({ outcome: 'cancelled', succeeded: 4, cancelled: 3 });
    const runs = await runsOf('cancelled');
    const { startTime } = await handle(createWorkflowID(scope(), 'stuck-0')).describe();
    expect(runs.length).toBeGreaterThan(1);
    expect(startTime.getTime()).toBeLessThan(runs[0]!.endedAt);
    expect((await simulator().clusters()).filter(({ clusterName }) => clusterName.startsWith('stuck-'))).toEqual([]);
  });
});
