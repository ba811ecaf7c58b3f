import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { mergeIntoFile, userKubeconfigFile, writeKubeconfig } from '../../cli/kubeconfig-file.ts';

const cluster = { clusterID: 'cce-abcd1234', clusterName: 'ci-7' };
const kubeconfig = `clusters: [{ name: a, cluster: { server: 'https://10.0.0.1:6443' } }]
contexts: [{ name: a, context: { cluster: a, user: a } }]
users: [{ name: a, user: { token: issued-token } }]
current-context: a`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

const modeOf = (file: string) => statSync(file).mode & 0o777;

describe('merging into a file', () => {
  it('makes the file and its folder, which only their owner can read', async () => {
    const file = join(folder, 'kube', 'config');
    await mergeIntoFile(file, kubeconfig, cluster);
    expect(parse(readFileSync(file, 'utf8'))).toMatchObject({ 'current-context': 'ci-7' });
    expect([modeOf(file), modeOf(join(folder, 'kube'))]).toEqual([0o600, 0o700]);
    expect(readdirSync(join(folder, 'kube'))).toEqual(['config']);
  });

  it('changes the file behind a link, and takes the rights of others away', async () => {
    const file = join(folder, 'config');
    const link = join(folder, 'link');
    writeFileSync(file, 'kind: Config\n');
    chmodSync(file, 0o644);
    symlinkSync(file, link);
    await mergeIntoFile(link, kubeconfig, cluster);
    expect(parse(readFileSync(file, 'utf8'))).toMatchObject({ users: [{ name: 'ci-7' }] });
    expect(modeOf(file)).toBe(0o600);
    expect(readdirSync(folder).toSorted()).toEqual(['config', 'link']);
  });

  it('leaves a file that it cannot read as it was', async () => {
    const file = join(folder, 'config');
    writeFileSync(file, 'kind: [Config\n');
    await expect(mergeIntoFile(file, kubeconfig, cluster)).rejects.toMatchObject({
      name: 'KubeconfigFileError',
      kind: 'invalidInput',
      message: expect.stringContaining(`${file}: it is not valid YAML`),
    });
    expect(readFileSync(file, 'utf8')).toBe('kind: [Config\n');
    expect(readdirSync(folder)).toEqual(['config']);
  });

  it('waits for a moment in which kubectl holds the lock', async () => {
    const file = join(folder, 'config');
    writeFileSync(`${file}.lock`, '');
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const merged = mergeIntoFile(file, kubeconfig, cluster);
    await vi.advanceTimersByTimeAsync(500);
    rmSync(`${file}.lock`);
    await vi.advanceTimersByTimeAsync(100);
    await merged;
    expect(readdirSync(folder)).toEqual(['config']);
  });

  it('gives up while kubectl holds the lock, and leaves the lock', async () => {
    const file = join(folder, 'config');
    writeFileSync(`${file}.lock`, '');
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const refused = expect(mergeIntoFile(file, kubeconfig, cluster)).rejects.toThrow(`remove ${file}.lock`);
    await vi.advanceTimersByTimeAsync(2_000);
    await refused;
    expect(readdirSync(folder)).toEqual(['config.lock']);
  });
});

it('a kubeconfig of its own replaces the file, which only its owner can read', () => {
  const file = join(folder, 'ci-7.yaml');
  writeFileSync(file, 'before');
  chmodSync(file, 0o644);
  writeKubeconfig(file, kubeconfig);
  expect(readFileSync(file, 'utf8')).toBe(`${kubeconfig}\n`);
  expect(modeOf(file)).toBe(0o600);
  expect(() => writeKubeconfig(join(folder, 'none', 'a'), kubeconfig)).toThrow('its folder does not exist');
});

describe("the user's file", () => {
  it.each([
    ['~/.kube/config without KUBECONFIG', undefined, join(homedir(), '.kube', 'config')],
    ['~/.kube/config if KUBECONFIG is empty', '', join(homedir(), '.kube', 'config')],
    ['the only one in KUBECONFIG', '/none/a', '/none/a'],
    ['the last one if none exists', ['/none/a', '', '/none/b'].join(delimiter), '/none/b'],
    ['the first one that exists', ['/none/a', import.meta.filename, '/none/b'].join(delimiter), import.meta.filename],
  ])('is %s', (_, KUBECONFIG, file) => {
    expect(userKubeconfigFile(KUBECONFIG === undefined ? {} : { KUBECONFIG })).toBe(file);
  });
});
