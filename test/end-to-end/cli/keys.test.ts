import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKeyEntry, parseKeyRing } from '../../../client/index.ts';
import { ccectl } from '../../ccectl.ts';
import { ccectlProcess } from '../../processes.ts';

const [first, second] = [generateKeyEntry('first'), generateKeyEntry('second')];
const secretOf = (entry: string) => entry.slice(entry.indexOf(':') + 1).trim();

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keys-'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('ccectl keys generate', () => {
  it('prints a usable key, a different one each time', async () => {
    const runs = await Promise.all([ccectl(['keys', 'generate']), ccectl(['keys', 'generate', '--id', 'mine'])]);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const [byDate, named] = runs.map(({ stdout }) => parseKeyRing(stdout)[0]!);
    expect(byDate!.id).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(named!.id).toBe('mine');
    expect(byDate!.fingerprint).not.toBe(named!.fingerprint);
  });

  it('adds the key as the first one of a file that only its owner can read', async () => {
    const file = join(folder, 'ring');
    const link = join(folder, 'link');
    const made = await ccectlProcess(['keys', 'generate', '--id', 'old', '--file', file]);
    expect(made).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('"old"') });
    await chmod(file, 0o644);
    await symlink(file, link);
    const added = await ccectl(['keys', 'generate', '--id', 'new', '--file', link, '-o', 'json']);
    expect(JSON.parse(added.stdout)).toEqual({ id: 'new', file: link });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await readFile(file, 'utf8');
    expect(parseKeyRing(text).map(({ id }) => id)).toEqual(['new', 'old']);
    expect(made.stdout + added.stdout).not.toContain(secretOf(text.split('\n')[0]!));

    const again = await ccectl(['keys', 'generate', '--id', 'old', '--file', file]);
    expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--id') });
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('does not change a file that holds something other than keys', async () => {
    const file = join(folder, 'notes');
    await writeFile(file, 'not a key\n');
    const { exitCode, stderr } = await ccectl(['keys', 'generate', '--file', file]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('id:key');
    expect(await readFile(file, 'utf8')).toBe('not a key\n');
  });

  it.each([
    ['an invalid ID', ['--id', 'a b'], /^error id "a b" is not 1 to 64 letters/],
    [
      'a folder that does not exist',
      ['--file', '/no-such-folder/ring'],
      /^error \S+ring cannot be written: its folder does not exist$/,
    ],
  ])('refuses %s', async (_, options, says) => {
    const { exitCode, stdout, stderr } = await ccectl(['keys', 'generate', ...options]);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(says);
  });
});

describe('ccectl keys list', () => {
  const list = (env: NodeJS.ProcessEnv, ...options: string[]) => ccectl(['keys', 'list', ...options], { env });

  it('shows the IDs and which key encrypts, but no key', async () => {
    const { exitCode, stdout } = await list({ CCE_ENCRYPTION_KEYS: `${first},${second}` });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/first.+encrypts\nsecond.+decrypts only/);
    expect(stdout).not.toContain(secretOf(first));
    expect(stdout).not.toContain(secretOf(second));
  });

  it('shows the same as JSON', async () => {
    const { stdout } = await list({ CCE_ENCRYPTION: 'off', CCE_ENCRYPTION_KEYS: first }, '-o', 'json');
    const { fingerprint } = parseKeyRing(first)[0]!;
    expect(JSON.parse(stdout)).toEqual([{ id: 'first', fingerprint, encrypts: false }]);
  });

  it('says that no key is configured', async () => {
    const { exitCode, stdout } = await list({ CCE_ENCRYPTION_KEYS: '' });
    expect(exitCode).toBe(0);
    expect(stdout).toBe('no key is configured: payloads are not encrypted');
  });

  it('reports invalid settings without printing the key', async () => {
    const { exitCode, stdout, stderr } = await list({ CCE_ENCRYPTION_KEYS: secretOf(first) });
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('ccectl keys generate');
    expect(stderr).not.toContain(secretOf(first));
  });
});

it('ccectl refuses to connect to Temporal in production without a key', async () => {
  // Nothing listens on this port: ccectl must fail before it connects.
  const env = { NODE_ENV: 'production', CCE_ENCRYPTION_KEYS: '', TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const { exitCode, stderr } = await ccectl(['list'], { env });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('ccectl keys generate');
});
