import { start } from './processes.ts';

/** Listens on a loopback address, and takes nothing else from the environment of the test run. */
const quiet = { TEMPORAL_NAMESPACE: 'default', CCE_HTTP_PORT: '0', CCE_HTTP_HOST: '', CCE_HTTP_TOKENS_FILE: '' };

/** What `start` needs for a server process that is to exit by itself. */
export const httpEnvironment = (environment: Readonly<Record<string, string>>) => ({ ...quiet, ...environment });

/** Starts `cce-server` in a process of its own. `url` is known once it listens. */
export function startHTTPProcess(environment: Readonly<Record<string, string>>) {
  // Longer than any test: whoever starts it ends it.
  const child = start('http', [], { env: httpEnvironment(environment), timeout: 500_000 });
  let log = '';
  const url = new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (data: Buffer) => {
      log += data.toString();
      const [, listening] = /"url":"([^"]+)","msg":"server is running"/.exec(log) ?? [];
      if (listening !== undefined) resolve(listening);
    });
    void child.then(() => reject(new Error(log)));
  });
  return {
    url,
    log: () => log,
    kill: () => child.kill('SIGKILL'),
    stop: async () => {
      child.kill('SIGTERM');
      return (await child).exitCode;
    },
  };
}
