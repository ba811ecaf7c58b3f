import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { ccectl } from '../../ccectl.ts';
import { runToEnd } from '../../processes.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'connection-settings-'));
  writeFileSync(join(folder, 'broken.toml'), '[profile.default]\napi_key = canary\n');
  writeFileSync(
    join(folder, 'good.toml'),
    `[profile.default]\naddress = "${inject('temporalAddress')}"\n` +
      `[profile.certificate]\ntls.client_cert_path = "/no/cert"\ntls.client_key_path = "/no/key"\n` +
      `[profile.lost]\naddress = "${inject('temporalAddress')}"\nnamespace = "lost"\n`,
  );
  writeFileSync(join(folder, 'other.toml'), 'profiles = 1\n');
});

afterAll(() => rmSync(folder, { recursive: true }));

function list(env: NodeJS.ProcessEnv) {
  const files = env['TEMPORAL_CONFIG_FILE'] && { TEMPORAL_CONFIG_FILE: join(folder, env['TEMPORAL_CONFIG_FILE']) };
  return ccectl(['list'], { env: { TEMPORAL_ADDRESS: inject('temporalAddress'), ...env, ...files } });
}

it('an API key that is refused is named, by ccectl and by the worker', async () => {
  const server = createServer().on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '16' }, { endStream: true });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const env = { TEMPORAL_ADDRESS: `127.0.0.1:${port}`, TEMPORAL_TLS: 'false', TEMPORAL_API_KEY: 'canary' };
  const listed = await list(env);
  const worked = await runToEnd('worker', [], {
    env: { ...env, BCE_ACCESS_KEY_ID: 'id', BCE_SECRET_ACCESS_KEY: 'key' },
  });
  for (const { exitCode, stderr } of [listed, worked]) {
    expect(stderr).toContain('TEMPORAL_API_KEY: Temporal rejects the key or requires one');
    expect(stderr).not.toContain('canary');
    expect(exitCode).toBe(2);
  }
});

it.each<[string, NodeJS.ProcessEnv, number, RegExp]>([
  [
    'a file that is no TOML',
    { TEMPORAL_CONFIG_FILE: 'broken.toml' },
    2,
    /broken\.toml\) is not valid TOML: see line 2/,
  ],
  [
    'a file of something else',
    { TEMPORAL_CONFIG_FILE: 'other.toml' },
    2,
    /other\.toml\) does not contain valid profiles/,
  ],
  [
    'a profile that is missing',
    { TEMPORAL_CONFIG_FILE: 'good.toml', TEMPORAL_PROFILE: 'none' },
    2,
    /TEMPORAL_PROFILE: .+"none" in .+good\.toml/,
  ],
  [
    'a certificate of a profile',
    { TEMPORAL_CONFIG_FILE: 'good.toml', TEMPORAL_PROFILE: 'certificate' },
    2,
    /client_cert_path of profile "certificate" in .+good\.toml\): \/no\/cert cannot be read \(ENOENT\)/,
  ],
  [
    'a certificate of a variable',
    { TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/no/ca' },
    2,
    /TEMPORAL_TLS_SERVER_CA_CERT_PATH: \/no\/ca cannot be read/,
  ],
  [
    'a certificate without its key',
    { TEMPORAL_TLS_CLIENT_CERT_PATH: '/no/cert' },
    2,
    /a client certificate but no client key/,
  ],
  [
    'an API key with a line break',
    { TEMPORAL_API_KEY: 'canary\n' },
    2,
    /TEMPORAL_API_KEY is empty or contains white space/,
  ],
  ['an address that is none', { TEMPORAL_ADDRESS: 'http://127.0.0.1:1' }, 2, /TEMPORAL_ADDRESS: /],
  [
    'a namespace that does not exist',
    { TEMPORAL_NAMESPACE: 'none' },
    2,
    /TEMPORAL_NAMESPACE: there is no namespace "none"/,
  ],
  [
    'a namespace of a profile',
    { TEMPORAL_CONFIG_FILE: 'good.toml', TEMPORAL_PROFILE: 'lost', TEMPORAL_NAMESPACE: undefined },
    2,
    /namespace of profile "lost" in .+good\.toml\): there is no namespace "lost"/,
  ],
  [
    'a port without a server',
    { TEMPORAL_ADDRESS: '127.0.0.1:1' },
    4,
    /cannot reach Temporal at 127\.0\.0\.1:1; check TEMPORAL_ADDRESS/,
  ],
  [
    'TLS with a server that has none',
    { TEMPORAL_TLS: 'true' },
    4,
    /accepts TLS, which TEMPORAL_TLS or an API key turns on/,
  ],
])('%s is named', async (_, env, code, says) => {
  const { exitCode, stdout, stderr } = await list(env);
  expect(stderr).toMatch(says);
  expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
  expect(stderr).not.toContain('canary');
});
