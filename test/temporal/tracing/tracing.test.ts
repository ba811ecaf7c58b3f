import { trace } from '@opentelemetry/api';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startTracing } from '../../../temporal/tracing/start-tracing.ts';
import { freeLoopbackPort } from '../../../worker/free-port.ts';
import { startOTLPReceiver } from '../../end-to-end/otlp-receiver.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  trace.disable();
});

describe('an endpoint that is not a URL', () => {
  it('is refused, with the name of each variable', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318');
    vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://');
    await expect(startTracing('test', () => {})).rejects.toMatchObject({
      name: 'ConfigurationError',
      problems: [
        expect.stringContaining('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'),
        expect.stringContaining('OTEL_EXPORTER_OTLP_ENDPOINT'),
      ],
    });
  });
});

describe('a receiver that is down', () => {
  it('causes one warning, and another one after it was reachable in between', async () => {
    const port = await freeLoopbackPort();
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${port}`);
    const warnings: string[] = [];
    const tracing = await startTracing('test', (message) => warnings.push(message));
    const send = async () => {
      trace.getTracer('test').startSpan('work').end();
      await tracing?.spanProcessor.forceFlush().catch(() => {});
    };
    await send();
    await send();
    expect(warnings).toEqual(['traces cannot be delivered and are lost']);
    const receiver = await startOTLPReceiver(port);
    await send();
    expect(receiver.spans()).toMatchObject([{ name: 'work' }]);
    await receiver.stop();
    await send();
    await send();
    expect(warnings).toHaveLength(2);
    await tracing?.stop();
  });
});
