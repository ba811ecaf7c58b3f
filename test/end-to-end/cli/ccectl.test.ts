import { describe, expect, inject, it, vi } from 'vitest';
import { ccectl } from '../../ccectl.ts';
import { ccectlProcess } from '../../processes.ts';
import { useService } from '../../service.ts';
import { waiting } from '../../waiting.ts';

const threeMistakes = `
cluster:
  clusterName: not a name
  k8sVersion: 1.16.8
  vpcID: vpc-1
  masterConfig: { masterType: managed }
  containerNetworkConfig:
    mode: kubenet
    lbServiceVPCSubnetID: sbn-1
    clusterPodCIDR: 172.28.0.0/16
    clusterIPServiceCIDR: 172.28.128.0/17
nodes:
  - instanceSpec:
      vpcConfig: { vpcSubnetID: sbn-1, securityGroupID: g-1 }
      imageID: m-1
      adminPassword: Sh0rt!
`;

describe('ccectl with Temporal, a worker and the simulator', () => {
  const { simulator, orchestration } = useService(['--create-seconds', '3', '--delete-seconds', '1'], {
    // What is to be cancelled must not be done before.
    faults: [{ kind: 'stuck-step', step: 4, name: 'stuck-*' }],
  });

  const env = () => ({ TEMPORAL_ADDRESS: inject('temporalAddress'), CCE_ACCOUNT: orchestration().account });
  const run = (...args: string[]) => ccectl(args, { env: env() });
  const runProcess = (...args: string[]) => ccectlProcess(args, { env: env() });
  const createsSeen = async () => (await simulator().counters()).createCluster?.requests ?? 0;

  it('creates a cluster once, attaches to it, refuses another spec, and deletes it', async () => {
    const watching = run('create', '-f', 'examples/managed.yaml', '--name', 'one', '--watch');
    const attaching = run('create', '-f', 'examples/managed.yaml', '--name', 'one', '--wait', '-o', 'json');
    const [watched, attached] = await Promise.all([watching, attaching]);
    expect(watched).toMatchObject({ exitCode: 0 });
    // A busy machine may start the command only when the steps are done.
    expect(watched.stdout).toMatch(/step \d\/6 .+ doing|joiningNodes/);
    expect(watched.stdout).toMatch(/create one running/);
    expect(attached).toMatchObject({ exitCode: 0 });
    const { clusterID, outcome } = JSON.parse(attached.stdout) as { clusterID: string; outcome: object };
    expect(outcome).toMatchObject({ outcome: 'running', clusterID });
    expect(await createsSeen()).toBe(1);

    // The create has ended: asking again is answered with the cluster that runs.
    const again = await run('create', '-f', 'examples/managed.yaml', '--name', 'one', '--wait', '-o', 'json');
    expect(JSON.parse(again.stdout)).toMatchObject({ outcome: { outcome: 'running', clusterID, adopted: true } });
    const other = await run('create', '-f', 'examples/custom.yaml', '--name', 'one', '--wait', '-o', 'json');
    expect(other.exitCode).toBe(1);
    expect(JSON.parse(other.stdout)).toMatchObject({
      error: {
        name: 'SpecConflictError',
        message: expect.stringMatching(`${clusterID}.*cluster.masterConfig.masterType`) as string,
      },
    });
    expect(await createsSeen()).toBe(1);

    const byID = await runProcess('delete', clusterID, '--wait', '-o', 'json');
    expect(byID.exitCode).toBe(0);
    expect(JSON.parse(byID.stdout)).toMatchObject({ outcome: { outcome: 'deleted', clusterID } });
    expect(await simulator().clusters()).toEqual([]);

    // Lists lag behind.
    const kinds = async () => {
      const { stdout } = await run('list', '-o', 'json');
      return (JSON.parse(stdout) as { kind: string }[]).map(({ kind }) => kind);
    };
    await expect.poll(kinds, waiting).toEqual(['delete', 'create', 'create', 'create']);
  });

  it('attaches to a running create of the same spec, and names the differing paths of another spec', async () => {
    expect((await run('create', '-f', 'examples/custom.yaml', '--name', 'stuck-two')).exitCode).toBe(0);
    const second = await run('create', '-f', 'examples/custom.yaml', '--name', 'stuck-two', '-o', 'json');
    expect(JSON.parse(second.stdout)).toMatchObject({ attached: true });
    const different = await run('create', '-f', 'examples/managed.yaml', '--name', 'stuck-two');
    expect(different.exitCode).toBe(1);
    expect(different.stderr).toContain('cluster.masterConfig.masterType');

    const cancelled = await run('cancel', 'stuck-two', '--reason', 'no longer needed', '--wait', '-o', 'json');
    expect(cancelled.exitCode).toBe(0);
    expect(JSON.parse(cancelled.stdout)).toMatchObject({
      outcome: { outcome: 'cancelled', cancelReason: 'no longer needed', cleanup: { status: 'deleted' } },
    });
    expect(await simulator().clusters()).toEqual([]);

    // The list reads no result, so the run itself says that its create has not just completed.
    const lineOf = async () => {
      const { stdout } = await run('list');
      return stdout.split('\n').find((line) => line.startsWith('stuck-two') && !line.includes('running'));
    };
    expect(await vi.waitUntil(lineOf, waiting)).toMatch(/^stuck-two +\S+ +create +cancelled /);
  });

  it('deletes a cluster by cancelling its running create', async () => {
    await run('create', '-f', 'examples/managed.yaml', '--name', 'stuck-three');
    const deleted = await run('delete', 'stuck-three', '--wait', '-o', 'json');
    expect(deleted.exitCode).toBe(0);
    expect(JSON.parse(deleted.stdout)).toMatchObject({ kind: 'create', outcome: { outcome: 'cancelled' } });
    expect(await simulator().clusters()).toEqual([]);
  });

  it('names the path of every mistake in a spec, and sends nothing', async () => {
    const before = await simulator().log();
    for (const command of ['create', 'validate']) {
      const { exitCode, stdout, stderr } = await ccectl([command, '-f', '-'], {
        input: threeMistakes,
        env: env(),
      });
      expect(exitCode).toBe(2);
      for (const path of [
        'cluster.clusterName',
        'cluster.containerNetworkConfig.clusterIPServiceCIDR',
        'nodes[0].instanceSpec.adminPassword',
      ]) {
        expect(stdout + stderr).toContain(path);
      }
      expect(stdout + stderr).not.toContain('Sh0rt!');
    }
    expect(await simulator().log()).toEqual(before);
  });

  it('exits with 3 for an unknown cluster, and with 0 for a delete of one', async () => {
    expect(await run('status', 'no-such-cluster')).toMatchObject({ exitCode: 3 });
    expect(await run('cancel', 'no-such-cluster')).toMatchObject({ exitCode: 3 });
    const deleted = await run('delete', 'no-such-cluster', '--wait', '-o', 'json');
    expect(deleted.exitCode).toBe(0);
    expect(JSON.parse(deleted.stdout)).toMatchObject({ outcome: { outcome: 'absent' } });
  });
});

describe('ccectl without Temporal', () => {
  it.each([
    ['an option that does not exist', ['create', '--nonsense'], 2],
    ['a command that does not exist', ['destroy'], 2],
    ['an invalid duration', ['create', '-f', 'examples/managed.yaml', '--timeout', 'soon'], 2],
    ['a rule that does not exist', ['validate', '-f', 'examples/managed.yaml', '--disable-rule', 'nonsense'], 2],
    ['a file that does not exist', ['validate', '-f', 'no-such-file.yaml'], 2],
    ['a file that is not valid YAML', ['validate', '-f', 'package-lock.json', '--name', '{'], 2],
    ['a valid file', ['validate', '-f', 'examples/custom.yaml'], 0],
    ['--help', ['--help'], 0],
    ['--version', ['--version'], 0],
  ])('given %s, exits with the documented code', async (_, args, exitCode) => {
    expect(await ccectl(args)).toMatchObject({ exitCode });
  });

  it('exits with 4 and names the address if Temporal is unreachable', async () => {
    // A port that nothing listens on.
    const { exitCode, stderr } = await ccectlProcess(['list'], { env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
    expect(exitCode).toBe(4);
    expect(stderr).toContain('127.0.0.1:1');
  });

  it('prints no colours into the pipe of a CI job', async () => {
    const { stdout } = await ccectlProcess(['validate', '-f', '-'], { input: 'cluster: {}', env: { CI: 'true' } });
    expect(stdout).toMatch(/^error cluster/);
  });
});
