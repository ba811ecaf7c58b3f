import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { newToken } from '../http/access/new-token.ts';

/** An HTTP server in its own process, as in production, with one token that may do everything. */
export interface ServerProcess {
  /** e.g. `http://127.0.0.1:40123` */
  url: string;
  token: string;
  /** Sends SIGTERM and waits. */
  stop: () => Promise<void>;
}

const projectFolder = fileURLToPath(new URL('..', import.meta.url));

/**
 * Starts an HTTP server on a free port of this machine, and waits until it listens.
 *
 * @param environment The server's environment variables, in addition to those of this process.
 * @throws Error with the server's log if it exits before it listens
 */
export async function startServerProcess(environment: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'cce-server-'));
  const { token, entry } = newToken('dev');
  const tokensFile = join(folder, 'tokens.yaml');
  await writeFile(tokensFile, stringify({ tokens: [entry] }), { mode: 0o600 });
  const child = execa(process.execPath, ['--import', 'tsx', 'http/main.ts'], {
    cwd: projectFolder,
    env: { ...environment, CCE_HTTP_HOST: '127.0.0.1', CCE_HTTP_PORT: '0', CCE_HTTP_TOKENS_FILE: tokensFile },
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    // Ctrl-C must not reach the server: the caller decides when it stops.
    detached: true,
  });
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  const exited = child.finally(() => process.off('exit', killWithParent));

  let log = '';
  let url: string | undefined;
  const running = new AbortController();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    // Reads to the end, or a full pipe would block the server. Keeps the log only until the server runs.
    if (url !== undefined) return;
    log += text;
    url = /"url":"([^"]+)","msg":"server is running"/.exec(log)?.[1];
    if (url !== undefined) running.abort();
  });
  await Promise.race([once(running.signal, 'abort'), exited]);
  if (url === undefined) throw new Error(`the HTTP server did not start:\n${log}`);

  return {
    url,
    token,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}
