import { Command } from 'commander';
import { beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { addReconcile } from '../../cli/commands/reconcile.ts';
import { createWorkflowID } from '../../contract/identity.ts';
import { readExample } from '../examples.ts';
import { ended, reached } from '../orchestration.ts';
import { useService } from '../service.ts';
import { waiting } from '../waiting.ts';

describe('reconcile', () => {
  const { simulator, orchestration } = useService(['--create-seconds', '1', '--delete-seconds', '0'], {
    faults: [{ kind: 'stuck-step', step: 3, name: 'terminated' }],
  });
  const clusterIDs: Record<string, string> = {};

  beforeAll(async () => {
    const { orchestrator, client, account } = orchestration();

    const kept = await orchestrator.create(readExample('managed', 'kept'));
    clusterIDs.kept = (await ended(orchestrator, kept)).clusterID!;
    const terminated = await orchestrator.create(readExample('managed', 'terminated'));
    const { clusterID } = await reached(orchestrator, terminated, (status) => status.currentStep?.step?.index === 3);
    clusterIDs.terminated = clusterID!;
    await client.workflow.getHandle(terminated.workflowID).terminate('by an operator, who forgot the cluster');
    const spec = readExample('managed', 'foreign').cluster;
    clusterIDs.foreign = await simulator().plantCluster({ spec, phase: 'running' });
    const description = '[cce-orchestrator 0123456789abcdef 0123456789abcdef]';
    const strange = { ...readExample('managed', 'strange').cluster, description };
    clusterIDs.unknown = await simulator().plantCluster({ spec: strange, phase: 'running' });
    const theirs = '[cce-orchestrator 0123456789abcdef 0123456789abcdef another-installation]';
    const others = { ...readExample('managed', 'theirs').cluster, description: theirs };
    clusterIDs.theirs = await simulator().plantCluster({ spec: others, phase: 'running' });
    // Lists of workflows lag behind.
    const query = `WorkflowId = '${createWorkflowID({ account, region: 'bj' }, 'terminated')}' AND ExecutionStatus = 'Terminated'`;
    await vi.waitFor(async () => expect((await client.workflow.count(query)).count).toBe(1), waiting);
  });

  it('reports orphans and clusters of unknown creates, and touches nothing', async () => {
    const report = await orchestration().orchestrator.reconcile();
    expect(report).toMatchObject({ clusters: 5, marked: 3, claimed: 1, orphans: 1, unknown: 1 });
    expect(report.unclaimed.map(({ clusterID, ownership }) => [clusterID, ownership])).toEqual([
      [clusterIDs.terminated, 'orphan'],
      [clusterIDs.unknown, 'unknown'],
    ]);
    expect(await simulator().clusters()).toHaveLength(5);
  });

  it('spares orphans that are young, and is not the report that is asked for at the same time', async () => {
    const { orchestrator } = orchestration();
    const [plain, report] = await Promise.all([
      orchestrator.reconcile(),
      orchestrator.reconcile({ delete: { olderThanSeconds: 3600, options: {} } }),
    ]);
    expect(plain.unclaimed[0]).toMatchObject({ clusterID: clusterIDs.terminated });
    expect(plain.unclaimed[0]).not.toHaveProperty('deletion');
    expect(report.unclaimed[0]).toMatchObject({ clusterID: clusterIDs.terminated, deletion: 'tooYoung' });
    expect(await simulator().clusters()).toHaveLength(5);
  });

  it('reports while a deletion hangs, and does not delete what a create claims meanwhile', async () => {
    const { orchestrator, client } = orchestration();
    const busy = { kind: 'refuse', call: 'deleteCluster', status: 409, code: 'cce.warning.ClusterBusy' } as const;
    const fault = await simulator().addFault({ ...busy, clusterID: clusterIDs.terminated! });
    const hanging = orchestrator.reconcile({ delete: { olderThanSeconds: 0, options: {} } });
    await vi.waitFor(async () => expect(await simulator().log('deleteCluster')).not.toEqual([]), waiting);

    const report = await orchestrator.reconcile();
    expect(report).toMatchObject({ orphans: 1, unclaimed: [{ clusterID: clusterIDs.terminated }, {}] });
    const again = await orchestrator.create(readExample('managed', 'terminated'));
    await reached(orchestrator, again, ({ clusterID }) => clusterID === clusterIDs.terminated);
    await simulator().removeFault(fault);
    const { unclaimed } = await hanging;
    expect(unclaimed[0]).toMatchObject({ clusterID: clusterIDs.terminated, deletion: 'claimed' });
    expect((await simulator().log('deleteCluster')).filter(({ status }) => status !== busy.status)).toEqual([]);
    expect(await simulator().clusters()).toHaveLength(5);
    await client.workflow.getHandle(again.workflowID).terminate('so that it is an orphan again');
  });

  it('deletes old orphans and nothing else', async () => {
    const report = await orchestration().orchestrator.reconcile({ delete: { olderThanSeconds: 0, options: {} } });
    expect(report.unclaimed[0]).toMatchObject({ clusterID: clusterIDs.terminated, deletion: 'deleted' });
    const left = new Set((await simulator().clusters()).map(({ clusterID }) => clusterID));
    expect(left).toEqual(new Set([clusterIDs.kept, clusterIDs.foreign, clusterIDs.unknown, clusterIDs.theirs]));
  });

  it('is repeated by a schedule, which is set twice without harm and removed', async () => {
    const { reconcileSchedule } = orchestration().orchestrator;
    expect(await reconcileSchedule.describe()).toBeUndefined();
    await reconcileSchedule.set(3600);
    await reconcileSchedule.set(1800);
    expect(await reconcileSchedule.describe()).toMatchObject({ paused: false });
    expect(await reconcileSchedule.remove()).toBe(true);
    expect(await reconcileSchedule.remove()).toBe(false);
    expect(await reconcileSchedule.describe()).toBeUndefined();
  });

  it('prints a document for each change of its schedule with -o json', async () => {
    expect(await ccectl('schedule', '--every', '1h')).toMatchObject({ paused: false });
    expect(await ccectl('unschedule')).toEqual({ removed: true });
    expect(await ccectl('unschedule')).toEqual({ removed: false });
  });

  /** Runs `ccectl reconcile` in this process, and parses what it prints. */
  async function ccectl(...args: string[]): Promise<unknown> {
    vi.stubEnv('TEMPORAL_ADDRESS', inject('temporalAddress'));
    const program = new Command()
      .option('-o, --output <format>')
      .option('--account <label>')
      .option('--region <label>');
    addReconcile(program);
    const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      const scope = ['--account', orchestration().account, '--region', 'bj'];
      await program.parseAsync([...scope, '-o', 'json', 'reconcile', ...args], { from: 'user' });
      return JSON.parse(printed.mock.calls.map(([text]) => String(text)).join(''));
    } finally {
      printed.mockRestore();
      process.exitCode = undefined;
    }
  }
});
