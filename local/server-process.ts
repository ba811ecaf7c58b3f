import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { newToken } from '../http/access/new-token.ts';
import { startProcess } from './running-process.ts';

/** An HTTP server in its own process, as in production, with one token that may do everything. */
export interface ServerProcess {
  /** e.g. `http://127.0.0.1:40123` */
  url: string;
  token: string;
  processID: number;
  /** Sends SIGTERM and waits. */
  stop: () => Promise<void>;
}

/**
 * Starts an HTTP server on a free port of this machine, and waits until it listens.
 *
 * @param environment The server's environment variables, in addition to those of this process.
 * @param program The arguments for node. @default the server from source
 * @throws Error with the server's log if it exits before it listens
 */
export async function startServerProcess(
  environment: Readonly<Record<string, string>>,
  program: readonly string[] = ['--import', 'tsx', 'http/main.ts'],
): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'cce-server-'));
  const { token, entry } = newToken('dev');
  const tokensFile = join(folder, 'tokens.yaml');
  await writeFile(tokensFile, stringify({ tokens: [entry] }), { mode: 0o600 });
  const {
    started: url,
    processID,
    end,
  } = await startProcess({
    name: 'HTTP server',
    entry: program,
    environment: { ...environment, CCE_HTTP_HOST: '127.0.0.1', CCE_HTTP_PORT: '0', CCE_HTTP_TOKENS_FILE: tokensFile },
    readStart: (log) => /"url":"([^"]+)","msg":"server is running"/.exec(log)?.[1],
  });
  return {
    url,
    token,
    processID,
    stop: async () => {
      await end('SIGTERM');
      await rm(folder, { recursive: true });
    },
  };
}
