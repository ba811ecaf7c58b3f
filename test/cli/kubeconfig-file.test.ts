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
import { placeOfFile, placeOfMerge, userKubeconfigFiles } from '../../cli/kubeconfig-file.ts';

const cluster = { account: 'default', region: 'bj', clusterID: 'cce-abcd1234', clusterName: 'ci-7' };
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

const mergeInto = (...files: string[]) => placeOfMerge(files, 'ci-7').put(kubeconfig, cluster);

const modeOf = (file: string) => statSync(file).mode & 0o777;

describe('merging into a file', () => {
  it('makes the file and its folder, which only their owner can read', async () => {
    const file = join(folder, 'kube', 'config');
    await mergeInto(file);
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
    await mergeInto(link);
    expect(parse(readFileSync(file, 'utf8'))).toMatchObject({ users: [{ name: 'ci-7' }] });
    expect(modeOf(file)).toBe(0o600);
    expect(readdirSync(folder).toSorted()).toEqual(['config', 'link']);
  });

  it('leaves a file that it cannot read as it was', async () => {
    const file = join(folder, 'config');
    writeFileSync(file, 'kind: [Config\n');
    expect(() => placeOfMerge([file], 'ci-7')).toThrow(
      expect.objectContaining({
        name: 'KubeconfigFileError',
        kind: 'invalidInput',
        message: expect.stringContaining(`${file}: it is not valid YAML`),
      }),
    );
    expect(readFileSync(file, 'utf8')).toBe('kind: [Config\n');
    expect(readdirSync(folder)).toEqual(['config']);
  });

  it('waits for a moment in which kubectl holds the lock', async () => {
    const file = join(folder, 'config');
    writeFileSync(`${file}.lock`, '');
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const merged = mergeInto(file);
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
    const refused = expect(mergeInto(file)).rejects.toThrow(`remove ${file}.lock`);
    await vi.advanceTimersByTimeAsync(2_000);
    await refused;
    expect(readdirSync(folder)).toEqual(['config.lock']);
  });
});

describe('merging where KUBECONFIG names several files', () => {
  const files = () => ['a', 'b', 'c'].map((name) => join(folder, name));

  it('changes the first that exists, and sets the current context if none has one', async () => {
    const [a = '', b = '', c = ''] = files();
    writeFileSync(b, 'kind: Config\n');
    writeFileSync(c, 'kind: Config\n');
    await mergeInto(a, b, c);
    expect(parse(readFileSync(b, 'utf8'))).toMatchObject({ 'current-context': 'ci-7' });
    expect(readdirSync(folder)).toEqual(['b', 'c']);
  });

  it('leaves the current context of another one as it is', async () => {
    const [a = '', b = ''] = files();
    writeFileSync(a, 'kind: Config\n');
    writeFileSync(b, 'current-context: home\n');
    await mergeInto(a, b);
    expect(parse(readFileSync(a, 'utf8'))).not.toHaveProperty('current-context');
  });

  it('renews the entry where it is', async () => {
    const [a = '', b = ''] = files();
    await mergeInto(b);
    writeFileSync(a, 'kind: Config\n');
    await mergeInto(a, b);
    expect(readFileSync(a, 'utf8')).toBe('kind: Config\n');
  });

  it('is refused before anything is issued if any of them has such an entry from elsewhere', () => {
    const [a = '', b = ''] = files();
    writeFileSync(a, 'kind: Config\n');
    writeFileSync(b, 'users: [{ name: ci-7, user: { token: mine } }]\n');
    expect(() => placeOfMerge([a, b], 'ci-7')).toThrow(`${b}: it has an entry "ci-7" in "users"`);
  });
});

describe('a file of its own', () => {
  const put = (file: string, options = {}) => placeOfFile(file, 'ci-7', options).put(kubeconfig, cluster);

  it('is readable by its owner only, and renewed for the same cluster', async () => {
    const file = join(folder, 'ci-7.yaml');
    await put(file);
    chmodSync(file, 0o644);
    await put(file);
    expect(readFileSync(file, 'utf8')).toMatch(
      /^# Written by ccectl kubeconfig: ci-7 \(cce-abcd1234\), account default/,
    );
    expect(readFileSync(file, 'utf8')).toContain(`\n${kubeconfig}\n`);
    expect(modeOf(file)).toBe(0o600);
    expect(placeOfFile(file, 'cce-abcd1234')).toMatchObject({ file });
  });

  it('that exists is replaced only by force', async () => {
    const file = join(folder, 'notes');
    writeFileSync(file, 'notes\n');
    expect(() => placeOfFile(file, 'ci-7')).toThrow(`${file}: it exists, and ccectl has not written it`);
    await put(file, { force: true });
    expect(() => placeOfFile(file, 'ci-8')).toThrow('--force replaces it');
    expect(() => placeOfFile(file, 'ci')).toThrow('--force replaces it');
  });

  it.each([
    ['is a folder', () => folder, 'not a regular file'],
    ['is a device', () => '/dev/null', 'not a regular file'],
    [
      'is a link to nothing',
      () => {
        symlinkSync(join(folder, 'none'), join(folder, 'link'));
        return join(folder, 'link');
      },
      'a link to a file that does not exist',
    ],
  ])('is refused if it %s', (_, file, message) => {
    expect(() => placeOfFile(file(), 'ci-7', { force: true })).toThrow(message);
  });

  it('is refused in a folder that does not exist', () => {
    expect(() => placeOfFile(join(folder, 'none', 'a'), 'ci-7')).toThrow('its folder does not exist');
  });
});

describe("the user's files", () => {
  it.each([
    ['~/.kube/config without KUBECONFIG', undefined, [join(homedir(), '.kube', 'config')]],
    ['~/.kube/config if KUBECONFIG is empty', '', [join(homedir(), '.kube', 'config')]],
    ['those in KUBECONFIG', ['/none/a', '', '/none/b'].join(delimiter), ['/none/a', '/none/b']],
  ])('are %s', (_, KUBECONFIG, files) => {
    expect(userKubeconfigFiles(KUBECONFIG === undefined ? {} : { KUBECONFIG })).toEqual(files);
  });
});
