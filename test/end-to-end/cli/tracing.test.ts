import { createServer } from 'node:net';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it } from 'vitest';
import { freeLoopbackPort } from '../../../worker/free-port.ts';
import { ccectl } from '../../ccectl.ts';
import { ccectlProcess } from '../../processes.ts';
import { useService } from '../../service.ts';
import { startOTLPReceiver } from '../otlp-receiver.ts';

const managed = fileURLToPath(new URL('../../../examples/managed.yaml', import.meta.url));

const { orchestration } = useService(['--create-seconds', '0']);

/** Starts a create. Without a worker, it would wait for one for seconds. */
function create(environment: Readonly<Record<string, string | undefined>>, nodeOptions: readonly string[] = []) {
  const { account } = orchestration();
  const name = `traced-${crypto.randomUUID().slice(0, 8)}`;
  return ccectlProcess(['--account', account, 'create', '-f', managed, '--name', name], {
    env: { TEMPORAL_ADDRESS: inject('temporalAddress'), NODE_OPTIONS: nodeOptions.join(' '), ...environment },
  });
}

describe("OpenTelemetry's SDK", () => {
  const listModules = `data:text/javascript,${encodeURIComponent(
    `import { createRequire } from 'node:module';
     const { cache } = createRequire('${import.meta.url}');
     process.on('exit', () => console.error('loaded ' + Object.keys(cache).join(' ')));`,
  )}`;
  const loadedBy = async (environment: Readonly<Record<string, string | undefined>>) => {
    const { stderr, exitCode } = await create(environment, ['--import', listModules]);
    expect(exitCode).toBe(0);
    const packages = stderr.matchAll(/node_modules\/(@opentelemetry\/[^/]+)\//g);
    return [...new Set(Array.from(packages, ([, name]) => name))];
  };

  it('is loaded where there is an endpoint', async () => {
    const receiver = await startOTLPReceiver();
    const loaded = await loadedBy({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces`,
      OTEL_SERVICE_NAME: 'mine',
    });
    expect(loaded).toContain('@opentelemetry/sdk-trace-base');
    expect(receiver.spans()).toMatchObject([{ name: 'StartWorkflow:createCluster', serviceName: 'mine' }]);
    await receiver.stop();
  });

  it.each([undefined, ''])('is not where that is %j: only the API, which sends nothing by itself', async (endpoint) => {
    const loaded = await loadedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
    expect(loaded).toEqual(['@opentelemetry/api']);
  });
});

describe('an endpoint that is no URL', () => {
  it('ends ccectl with the exit code of bad input', async () => {
    const env = { TEMPORAL_ADDRESS: inject('temporalAddress'), OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' };
    expect(await ccectl(['create', '-f', managed], { env })).toMatchObject({ exitCode: 2, stdout: '' });
  });
});

describe('a receiver that is down', () => {
  it('fails no command', async () => {
    const endpoint = `http://127.0.0.1:${await freeLoopbackPort()}`;
    const { exitCode, stdout, stderr } = await create({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('started: cce:') });
    expect(stderr.split('\n')).toEqual([expect.stringContaining('traces cannot be delivered')]);
  });

  it('keeps no command that ends from ending, even if it accepts all and answers nothing', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { exitCode, stderr } = await create({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
    expect(exitCode).toBe(0);
    expect(stderr.split('\n')).toEqual([expect.stringContaining('traces cannot be delivered')]);
    server.close();
  });
});
