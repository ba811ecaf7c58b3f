import { once } from 'node:events';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { findTemporalBinary } from '../../../local/temporal-binary.ts';
import { ccectl } from '../../ccectl.ts';
import { readExample } from '../../examples.ts';
import { ended } from '../../orchestration.ts';
import { start } from '../../processes.ts';
import { useService } from '../../service.ts';

const token = 'a-token-of-the-tests';

function startServer() {
  return start('cli', ['codec-server', '--port', '0'], { env: { CCE_CODEC_TOKEN: token } });
}

describe('ccectl codec-server', () => {
  const { orchestration } = useService([]);
  let server: ReturnType<typeof startServer>;
  let url: string;
  let workflowID: string;

  beforeAll(async () => {
    // Fails in the worker, which finds no secret: so the history has a failure with a message and a stack.
    const request = readExample('managed', 'decoded');
    for (const { instanceSpec } of request.nodes ?? []) instanceSpec.adminPassword = { fromEnv: 'NOT_SET' };
    const operation = await orchestration().orchestrator.create(request);
    ({ workflowID } = operation);
    await ended(orchestration().orchestrator, operation);

    server = startServer();
    const [line] = (await once(server.stdout.setEncoding('utf8'), 'data')) as [string];
    url = /^listening on (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(line)![1]!;
  });

  afterAll(async () => {
    server.kill('SIGKILL');
    await server;
  });

  /** The payloads that Temporal's own command line shows of the create that failed. */
  async function show(...options: string[]): Promise<string> {
    const { path } = await findTemporalBinary('cli');
    const address = ['--address', inject('temporalAddress')];
    const args = ['workflow', 'show', '--workflow-id', workflowID, '--output', 'json', ...address, ...options];
    const { stdout } = await execa(path, args);
    return [...stdout.matchAll(/"data": "(.*)"/g)]
      .map(([, data]) => Buffer.from(data!, 'base64').toString())
      .join('\n');
  }

  it("decodes for Temporal's command line", async () => {
    const decoded = await show('--codec-endpoint', url, '--codec-auth', `Bearer ${token}`);
    expect(decoded).toContain('"clusterName":"decoded"');
    expect(decoded).toMatch(/"message":".*NOT_SET.*"stack_trace":"/);
    const encoded = await show();
    expect(encoded.length).toBeGreaterThan(1_000);
    expect(encoded).not.toMatch(/clusterName|NOT_SET|stack_trace/);
  });

  it('logs nothing that it decodes, and exits on SIGTERM', async () => {
    server.kill('SIGTERM');
    const { exitCode, stdout, stderr } = await server;
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`listening on ${url}`);
    expect(stderr).toBe('');
  });
});

it.each([
  ['no token', [], { CCE_CODEC_TOKEN: '' }, /CCE_CODEC_TOKEN or --token-file/],
  ['a short token', [], { CCE_CODEC_TOKEN: 'short' }, /at least 16 characters/],
  ['a missing token file', ['--token-file', '/no-such-file'], {}, /no-such-file/],
  ['an origin with a slash', ['--origin', 'http://localhost:8233/'], {}, /as a browser does: http:\/\/localhost:8233/],
  ['any origin', ['--origin', '*'], {}, /browser/],
  ['an invalid port', ['--port', '65536'], {}, /65535/],
  ['no key', [], { CCE_ENCRYPTION_KEYS: '' }, /no encryption key/],
])('ccectl codec-server does not start with %s', async (_, args, environment, says) => {
  const env = { CCE_CODEC_TOKEN: token, ...environment };
  const { exitCode, stdout, stderr } = await ccectl(['codec-server', '--port', '0', ...args], { env });
  expect(exitCode).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(says);
});
