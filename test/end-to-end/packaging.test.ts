import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import packageLock from '../../package-lock.json' with { type: 'json' };
import packageJson from '../../package.json' with { type: 'json' };
import buildConfiguration from '../../tsconfig.build.json' with { type: 'json' };

const projectFolder = fileURLToPath(new URL('../..', import.meta.url));
const rooms = [...new Set(buildConfiguration.include.map((path) => path.split('/')[0] ?? path))];

/** For a registry that is slow, where npm fetches the dependencies. */
const installTimeoutMs = 300_000;

describe('the package, installed from its tarball into an empty project', () => {
  let folder: string;
  let userProject: string;
  let installed: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cce-orchestrator-package-'));
    userProject = join(folder, 'user-project');
    installed = join(userProject, 'node_modules', packageJson.name);
    await pack(folder);
    await mkdir(userProject);
    await writeFile(join(userProject, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    await linkDependencies(userProject);
    const tarball = join(folder, `${packageJson.name}-${packageJson.version}.tgz`);
    const typesOfNode = `@types/node@${packageJson.devDependencies['@types/node']}`;
    await execa('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball, typesOfNode], {
      cwd: userProject,
    });
  }, installTimeoutMs);

  afterAll(() => rm(folder, { recursive: true }));

  const run = (command: string, args: readonly string[] = [], environment: Record<string, string> = {}) =>
    execa(command, args, {
      cwd: userProject,
      env: environment,
      preferLocal: true,
      localDir: userProject,
      reject: false,
    });

  it('holds what runs and what one reads, and nothing else', async () => {
    expect(await readdir(installed)).toEqual(['LICENSE', 'README.md', 'dist', 'examples', 'package.json']);
    const dist = join(installed, 'dist');
    expect(await readdir(dist)).toEqual(
      [
        ...rooms,
        'package.json',
        'workflow-bundle-traced.js',
        'workflow-bundle.js',
        'workflow-bundle.licences.txt',
      ].toSorted(),
    );
    const files = await Promise.all(rooms.map((room) => readdir(join(dist, room), { recursive: true })));
    expect(files.flat().filter((file) => file.includes('.') && !/(\.js|\.d\.ts)$/.test(file))).toEqual([]);
    const examples = await readdir(join(installed, 'examples'));
    expect(examples).toContain('managed.yaml');
    expect(examples.filter((file) => !file.endsWith('.yaml'))).toEqual([]);
  });

  it('declares what it imports', async () => {
    const dist = join(installed, 'dist');
    const files = (await readdir(dist, { recursive: true })).filter((file) => /\/.*\.js$/.test(file));
    const sources = await Promise.all(files.map((file) => readFile(join(dist, file), 'utf8')));
    const imports = sources.flatMap((source) => [...source.matchAll(/\bfrom '((?:@[^/']+\/)?[^./'][^/']*)/g)]);
    const packages = new Set(imports.map(([, name = '']) => name).filter((name) => !name.startsWith('node:')));
    expect(packages).toContain('@temporalio/worker');
    // Its own name stands in examples.
    packages.delete(packageJson.name);
    expect([...packages].filter((name) => !(name in packageJson.dependencies))).toEqual([]);
  });

  it('passes on the licences of the packages whose code is in its bundle', async () => {
    const licences = await readFile(join(installed, 'dist', 'workflow-bundle.licences.txt'), 'utf8');
    expect(licences).toMatch(/^@temporalio\/workflow\n\nThe MIT License/m);
    expect(licences).toMatch(/^long\n\n\s+Apache License/m);
    // Of the bundle with traces.
    expect(licences).toMatch(/^@opentelemetry\/sdk-trace-base\n\n\s+Apache License/m);
  });

  it('brings ccectl', async () => {
    expect(await run('ccectl', ['--version'])).toMatchObject({ exitCode: 0, stdout: packageJson.version });
    const specFile = join(installed, 'examples', 'custom.yaml');
    expect(await run('ccectl', ['validate', '-f', specFile])).toMatchObject({ exitCode: 0 });
  });

  it('brings a worker', async () => {
    const { exitCode, stderr } = await run('cce-worker', [], { BCE_ACCESS_KEY_ID: '' });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('BCE_ACCESS_KEY_ID is not set');
  });

  it('brings an HTTP server', async () => {
    const { exitCode, stderr } = await run('cce-server', [], { CCE_HTTP_HOST: '0.0.0.0' });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('CCE_HTTP_TOKENS_FILE is not set')]);
  });

  it('brings a simulator to try it with', async () => {
    const simulator = join(installed, 'dist', 'simulator', 'main.js');
    expect(await run(process.execPath, [simulator, '--help'])).toMatchObject({ exitCode: 0 });
  });

  it("type-checks and runs the README's example of the library, in the test kit", async () => {
    await writeFile(join(userProject, 'example.ts'), await libraryExample());
    await writeFile(join(userProject, 'example.mjs'), await libraryExample());
    expect(await run(process.execPath, ['--check', 'example.mjs'])).toMatchObject({ exitCode: 0, stderr: '' });
    await writeFile(join(userProject, 'kit.ts'), exampleInKit);
    await writeFile(
      join(userProject, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: { target: 'es2023', module: 'nodenext', strict: true, types: ['node'] },
        files: ['example.ts', 'kit.ts'],
      }),
    );
    const compiler = join(projectFolder, 'node_modules', '.bin', 'tsc');
    const { stdout: errors } = await run(compiler);
    // Temporal's declarations want types of `ms` that it does not bring, which most projects pass over by skipLibCheck.
    expect(errors.split('\n').filter((line) => /error TS/.test(line) && !line.includes('@temporalio/'))).toEqual([]);

    const environment = { TEMPORAL_ADDRESS: inject('temporalAddress'), TEMPORAL_NAMESPACE: 'default' };
    const { exitCode, stdout, stderr } = await run(process.execPath, ['kit.js'], environment);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { printed, clusters } = JSON.parse(stdout) as { printed: string; clusters: { clusterID: string }[] };
    const [cluster, ...others] = clusters;
    expect(others).toEqual([]);
    expect(printed.trim().split('\n').at(-1)).toBe(`${cluster?.clusterID} running`);
  });

  it('brings schemas that load nothing of Temporal', async () => {
    const coverage = join(folder, 'coverage');
    const script = `
      const { validateCreateRequest, requestJSONSchema } = await import('cce-orchestrator/schemas');
      console.log(validateCreateRequest({ cluster: {} }).errors.length > 0, typeof requestJSONSchema());
    `;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
      NODE_V8_COVERAGE: coverage,
    });
    expect(stdout).toBe('true object');
    // V8's coverage lists every module that the process ran.
    const [file = ''] = await readdir(coverage);
    const loaded = await readFile(join(coverage, file), 'utf8');
    expect(loaded).toContain('/node_modules/zod/');
    expect(loaded).not.toContain('/node_modules/@temporalio/');
  });
});

/** Runs the example as a process of the user's against a kit. */
const exampleInKit = `
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createTestKit } from 'cce-orchestrator/test-kit';
import { createClusterRequestSchema } from 'cce-orchestrator/schemas';
import type { SimulatorProcess } from 'cce-orchestrator/simulator';

const kit = await createTestKit({ simulatorFlags: ['--quota', '5'] });
const simulator: SimulatorProcess = kit.simulator;
const env = { ...process.env, ...kit.environment };
const { stdout: printed } = await promisify(execFile)(process.execPath, ['example.js'], { env });
const clusters = await simulator.clusters();
await kit.stop();
console.log(JSON.stringify({ printed, clusters, canParse: createClusterRequestSchema.safeParse({}).success }));
`;

/** Packs a copy of the sources, since packing builds them, and others may be running what is in `dist`. */
async function pack(destination: string): Promise<void> {
  const sources = join(destination, 'sources');
  const parts = [...rooms, 'examples', 'LICENSE', 'README.md', 'package.json', 'tsconfig.json'];
  await Promise.all(parts.map((part) => cp(join(projectFolder, part), join(sources, part), { recursive: true })));
  // `npm run check` checks the types, which takes most of the time of a build.
  const compilerOptions = { ...buildConfiguration.compilerOptions, noCheck: true };
  await writeFile(join(sources, 'tsconfig.build.json'), JSON.stringify({ ...buildConfiguration, compilerOptions }));
  await symlink(join(projectFolder, 'node_modules'), join(sources, 'node_modules'));
  await execa('npm', ['pack', '--pack-destination', destination], { cwd: sources });
}

/**
 * Gives a project what the package depends on, as links to our own files, so that npm need not unpack 300 MB. It gives no
 * development dependency, so an import that the package does not declare still fails. Where links cannot be made, npm
 * fetches everything.
 */
async function linkDependencies(project: string): Promise<void> {
  const packages: Record<string, { version: string; dev?: boolean }> = packageLock.packages;
  const wanted = Object.keys(packages).filter(
    (path) =>
      path.startsWith('node_modules/') &&
      !path.includes('/node_modules/') &&
      packages[path]?.dev !== true &&
      existsSync(join(projectFolder, path)),
  );
  const { failed } = await execa('cp', ['-R', '-l', '--parents', ...wanted, project], {
    cwd: projectFolder,
    reject: false,
  });
  if (failed) await rm(join(project, 'node_modules'), { recursive: true, force: true });
}

async function libraryExample(): Promise<string> {
  const readme = await readFile(join(projectFolder, 'README.md'), 'utf8');
  const [, example] = /^## As a library$[^]*?^```ts\n([^]*?)^```$/m.exec(readme) ?? [];
  if (example === undefined) throw new Error('the README has no example of the library');
  return example;
}
