import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { parse } from 'yaml';
import { kubeconfigMarker } from '../../simulator/process.ts';
import { ccectl } from '../ccectl.ts';
import { readExample } from '../examples.ts';
import { allOf, ended } from '../orchestration.ts';
import { useService } from '../service.ts';
import { waiting } from '../waiting.ts';

const { simulator, orchestration } = useService(['--create-seconds', '0', '--delete-seconds', '0']);

let folder: string;
let madeID: string;
let foreignID: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
  const { orchestrator } = orchestration();
  const made = await ended(orchestrator, await orchestrator.create(readExample('managed', 'ci-7')));
  madeID = made.outcome?.clusterID ?? '';
  const { cluster } = readExample('managed', 'foreign');
  foreignID = await simulator().plantCluster({ spec: cluster, phase: 'running' });
  await simulator().plantCluster({ spec: { ...cluster, clusterName: 'in-creation' }, phase: 'provisioning' });
  await simulator().plantCluster({ spec: { ...cluster, clusterName: 'refused' }, phase: 'running' });
  await simulator().addFault({ kind: 'rbac-refused', name: 'refused', message: 'not today' });
});

afterAll(() => rm(folder, { recursive: true }));

const issuedFor = async (clusterID: string) =>
  (await simulator().kubeconfigs()).filter((issued) => issued.clusterID === clusterID);

function run(...args: string[]) {
  const env = {
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    CCE_ACCOUNT: orchestration().account,
    KUBECONFIG: join(folder, 'config'),
  };
  return ccectl(['kubeconfig', ...args], { env });
}

describe.concurrent('a kubeconfig', () => {
  it('that expires as asked is merged into the file of the user, and printed nowhere', async () => {
    const merged = await run('ci-7', '--expire', '3h', '--merge', '-o', 'json');
    const file = join(folder, 'config');
    const { account } = orchestration();
    const about = {
      account,
      region: 'bj',
      clusterID: madeID,
      clusterName: 'ci-7',
      type: 'vpc',
      expireHours: 3,
      permanent: false,
      warnings: [],
    };
    expect(merged).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(merged.stdout)).toEqual({ ...about, file, context: 'ci-7' });
    expect(merged.stdout).not.toContain(kubeconfigMarker);
    const text = await readFile(file, 'utf8');
    expect(text).toContain(kubeconfigMarker);
    expect(parse(text)).toMatchObject({ 'current-context': 'ci-7', contexts: [{ name: 'ci-7' }] });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await issuedFor(madeID)).toContainEqual(expect.objectContaining({ expireHours: 3, kubeConfigType: 'vpc' }));
  });

  it('of a cluster that nobody here has created is printed, for its ID', async () => {
    const { stdout, exitCode } = await run(foreignID, '-o', 'json');
    expect(exitCode).toBe(0);
    const { kubeconfig, ...about } = JSON.parse(stdout) as { kubeconfig: string };
    expect(about).toMatchObject({ clusterID: foreignID, expireHours: 8 });
    expect(parse(kubeconfig)).toMatchObject({ kind: 'Config', clusters: [{ name: foreignID }] });
    expect(await issuedFor(foreignID)).toMatchObject([{ expireHours: 8 }]);
  });

  it('that is permanent comes with a warning, and into a file of its own', async () => {
    const file = join(folder, 'permanent.yaml');
    const { stdout, stderr, exitCode } = await run(foreignID, '--permanent', '--file', file);
    expect({ stdout, exitCode }).toEqual({ stdout: expect.stringContaining(`permanent: ${file}`), exitCode: 0 });
    expect(stderr).toContain('whoever has it is an administrator');
    expect(await readFile(file, 'utf8')).toContain(kubeconfigMarker);
  });

  it.each([
    ['does not exist', ['nobody'], 3, 'there is no cluster "nobody"'],
    ['is being created', ['in-creation'], 1, 'is still being created (phase provisioning)'],
    ['expires after fractions of an hour', ['ci-7', '--expire', '90m'], 2, 'Use whole hours'],
    ['expires and is permanent', ['ci-7', '--expire', '1h', '--permanent'], 2, 'cannot be used with'],
  ])('of what %s is refused', async (_, args, exitCode, message) => {
    expect(await run(...args)).toMatchObject({ exitCode, stdout: '', stderr: expect.stringContaining(message) });
  });

  it('that the service refuses within a good answer is refused, with the reason', async () => {
    await expect(orchestration().orchestrator.kubeconfig('refused')).rejects.toMatchObject({
      name: 'ClusterRequestError',
      kind: 'refused',
      failure: { type: 'KubeconfigRefused' },
      message: expect.stringContaining('not today'),
    });
  });

  it('is no operation: no list shows that it was asked for', async () => {
    const { orchestrator, client, account } = orchestration();
    await orchestrator.kubeconfig('ci-7');
    // Lists lag behind.
    await vi.waitUntil(async () => {
      const runs = await allOf(client.workflow.list({ query: `WorkflowId STARTS_WITH 'cce:${account}:bj:'` }));
      return new Set(runs.map(({ type }) => type)).size === 2;
    }, waiting);
    const listed = await allOf(orchestrator.list());
    expect(listed.map(({ kind, clusterName }) => [kind, clusterName])).toEqual([['create', 'ci-7']]);
  });
});
