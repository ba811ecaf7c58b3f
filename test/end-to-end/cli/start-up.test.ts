import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { ccectlProcess, start } from '../../processes.ts';

const always = ['@stablelib/sha256', 'commander', 'ms'];
const rules = ['ipaddr.js', 'zod'];

it.each<{ command: string; exitCode: number; loads: string[] }>([
  { command: '--help', exitCode: 0, loads: always },
  { command: 'teardown now --help', exitCode: 0, loads: always },
  { command: 'list --no-such-option', exitCode: 2, loads: always },
  { command: 'create -f no-such-file.yaml', exitCode: 2, loads: always },
  { command: 'keys list', exitCode: 0, loads: always },
  { command: 'validate -f examples/managed.yaml', exitCode: 0, loads: [...always, ...rules, 'yaml'] },
  { command: 'create -f - --disable-rule none-such', exitCode: 2, loads: [...always, ...rules] },
  {
    command: 'batch plan -f examples/batch.yaml',
    exitCode: 0,
    loads: [...always, ...rules, 'dot-prop', 'yaml'],
  },
])("ccectl $command loads neither Temporal's SDK nor a library that it does not use", async (expected) => {
  const { exitCode, libraries } = await run(expected.command.split(' '));
  expect(exitCode).toBe(expected.exitCode);
  expect(libraries).toEqual(expected.loads.toSorted());
});

it("ccectl list loads Temporal's SDK, but neither the validation rules nor their libraries", async () => {
  // The invalid region is found between the loading and the connecting.
  const { exitCode, libraries } = await run(['--region', 'b j', 'list']);
  expect(exitCode).toBe(2);
  expect(libraries).toContain('@temporalio/client');
  for (const library of [...rules, 'dot-prop', 'yaml']) expect(libraries).not.toContain(library);
});

it('ccectl ends in order when the reader of its output leaves', async () => {
  const plan = start('cli', ['batch', 'plan', '-f', 'examples/batch.yaml', '-o', 'json'], { buffer: false });
  plan.stdout.destroy();
  let stderr = '';
  plan.stderr.on('data', (text) => (stderr += String(text)));
  const { exitCode } = await plan;
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
});

/** Runs `ccectl`, and tells which of our dependencies it loaded. */
async function run(args: readonly string[]): Promise<{ exitCode: number | undefined; libraries: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'coverage-'));
  try {
    // V8's coverage lists every module that the process ran, CommonJS or not.
    const { exitCode } = await ccectlProcess(args, { env: { NODE_V8_COVERAGE: folder } });
    const [file = ''] = await readdir(folder);
    const { result } = JSON.parse(await readFile(join(folder, file), 'utf8')) as { result: { url: string }[] };
    const isLoaded = (name: string) => result.some(({ url }) => url.includes(`/node_modules/${name}/`));
    return { exitCode, libraries: Object.keys(packageJson.dependencies).filter(isLoaded).toSorted() };
  } finally {
    await rm(folder, { recursive: true });
  }
}
