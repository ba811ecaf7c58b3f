import { expect, inject, it } from 'vitest';
import { runToEnd, start } from '../processes.ts';

const noKeys = { BCE_ACCESS_KEY_ID: '', BCE_SECRET_ACCESS_KEY: '' };

/** Below the time limit of a test, so that a hang shows as a missing exit code. */
const hangTimeoutMs = 60_000;

function runWorker(environment: Record<string, string>) {
  return runToEnd('worker', [], {
    env: {
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: 'default',
      BCE_ACCESS_KEY_ID: 'an-id',
      BCE_SECRET_ACCESS_KEY: 'a-key',
      ...environment,
    },
    timeout: hangTimeoutMs,
  });
}

it('a worker without its keys exits with the list of problems', async () => {
  const { exitCode, stdout, stderr } = await runWorker({
    BCE_ACCESS_KEY_ID: '',
    BCE_SECRET_ACCESS_KEY: '',
    CCE_POLL_INTERVAL: 'soon',
  });
  expect(exitCode).toBe(2);
  expect(stdout).toBe('');
  expect(stderr.split('\n').slice(1)).toEqual([
    expect.stringContaining('- CCE_POLL_INTERVAL'),
    expect.stringContaining('- BCE_ACCESS_KEY_ID'),
    expect.stringContaining('- BCE_SECRET_ACCESS_KEY'),
  ]);
});

it('a worker that is asked for help does not start', async () => {
  const { exitCode, stdout, stderr } = await runToEnd('worker', ['--help'], { timeout: hangTimeoutMs });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^Usage: cce-worker/);
  expect(stderr).toBe('');
});

it.each<[string, Record<string, string>, RegExp]>([
  ['in production without a key', { NODE_ENV: 'production', CCE_ENCRYPTION_KEYS: '' }, /ccectl keys generate/],
  ['with a key that is none', { CCE_ENCRYPTION_KEYS: 'id:nonsense' }, /"id" is not 32 bytes/],
])('a worker %s does not start', async (_, environment, reason) => {
  const { exitCode, stdout, stderr } = await runWorker(environment);
  expect(exitCode).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(reason);
  expect(stderr).not.toContain('nonsense');
});

it('a worker in production that is not to encrypt warns', async () => {
  const settings = { NODE_ENV: 'production', CCE_ENCRYPTION: 'off', TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const { stderr } = await runWorker(settings);
  expect(JSON.parse(stderr.split('\n')[0]!)).toMatchObject({
    level: 40,
    msg: expect.stringContaining('NOT encrypted'),
  });
});

it.each([
  [
    'whose namespace does not exist',
    { TEMPORAL_NAMESPACE: 'no-such-namespace' },
    2,
    /TEMPORAL_NAMESPACE: there is no namespace "no-such-namespace"/,
  ],
  ['of a certificate that is missing', { TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/no/ca' }, 2, /_CA_CERT_PATH: \/no\/ca/],
  ['whose keys cannot be had', { ...noKeys, CCE_CREDENTIALS_FILE: '/no/keys' }, 2, /CCE_CREDENTIALS_FILE .+ENOENT/],
  // A port that nothing listens on.
  ['without Temporal', { TEMPORAL_ADDRESS: '127.0.0.1:1' }, 1, /connect/i],
])('a worker %s exits rather than hangs', async (_, environment, code, reason) => {
  const { exitCode, stderr } = await runWorker(environment);
  expect(exitCode).toBe(code);
  const entries = stderr.split('\n').map((line) => JSON.parse(line) as { msg: string; err?: { message: string } });
  const last = entries.find(({ msg }) => msg === 'the worker cannot go on');
  expect(last?.err?.message).toMatch(reason);
  expect(stderr).not.toContain('a-key');
});

it('a worker that waits for the service ends at the first SIGTERM', async () => {
  const worker = start('worker', [], {
    env: {
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: 'default',
      BCE_ACCESS_KEY_ID: 'an-id',
      BCE_SECRET_ACCESS_KEY: 'a-key',
      CCE_ENDPOINT: 'http://127.0.0.1:9',
    },
    timeout: hangTimeoutMs,
  });
  let log = '';
  let isAsked = false;
  worker.stderr.on('data', (text: Buffer) => {
    log += text.toString();
    if (isAsked || !log.includes('the CCE service does not answer yet')) return;
    // A second signal would kill a worker that is about to exit.
    isAsked = true;
    worker.kill('SIGTERM');
  });
  expect((await worker).exitCode).toBe(0);
  expect(log).toContain('worker has stopped before it took work');
});
