import { SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { connect, loadDataConverter, type OperationStatus } from '../../client/index.ts';
import { kubeconfigMarker } from '../../simulator/process.ts';
import { bundleOnce } from '../bundles.ts';
import { readExample } from '../examples.ts';
import { ended, startOrchestration } from '../orchestration.ts';
import { startOTLPReceiver, type OTLPReceiver, type ReceivedSpan } from './otlp-receiver.ts';
import { startSimulator, startWorkerProcess } from '../processes.ts';

const password = 'Canary-1!';
/** What a service may say of what it was given. */
const message = `the password ${password} is in a list of known passwords`;
const missing = 'CANARY_THAT_IS_NOT_SET';

function specWithPassword(clusterName: string, adminPassword: unknown = password) {
  const request = readExample('managed', clusterName);
  const nodes = (request.nodes ?? []).map((node) => ({
    ...node,
    instanceSpec: { ...node.instanceSpec, adminPassword },
  }));
  return { ...request, nodes };
}

describe('traces of creates that a backend asks for', () => {
  let receiver: OTLPReceiver;
  let backend: BasicTracerProvider;
  let ran: OperationStatus;
  let failures: OperationStatus[];
  let replayError: unknown;

  beforeAll(async () => {
    receiver = await startOTLPReceiver();
    const simulator = await startSimulator(['--create-seconds', '1', '--delete-seconds', '0']);
    const step = { kind: 'create-failed', step: 2, message } as const;
    await simulator.addFault({ ...step, name: 'fails' });
    const orchestration = await startOrchestration(simulator);
    const environment = {
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      CCE_ENDPOINT: simulator.url,
      CCE_ACCOUNT: orchestration.account,
      CCE_POLL_INTERVAL: '100ms',
      BCE_ACCESS_KEY_ID: simulator.accessKeyID,
      BCE_SECRET_ACCESS_KEY: simulator.secretAccessKey,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    };
    await bundleOnce('workflow-bundle-traced.js');
    const worker = await startWorkerProcess(environment);

    const exporter = new OTLPTraceExporter({ url: `${receiver.url}/v1/traces` });
    backend = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    backend.register({ contextManager: new AsyncLocalStorageContextManager() });
    process.env.TEMPORAL_ADDRESS = environment.TEMPORAL_ADDRESS;
    const orchestrator = await connect({ account: orchestration.account, region: 'bj' });
    ran = await backend.getTracer('test').startActiveSpan('a request', { kind: SpanKind.SERVER }, async (span) => {
      const create = await orchestrator.create(specWithPassword('traced'));
      span.end();
      return ended(orchestrator, create);
    });
    await orchestrator.kubeconfig('traced');
    failures = [
      await ended(orchestrator, await orchestrator.create(specWithPassword('fails'))),
      await ended(orchestrator, await orchestrator.create(specWithPassword('unset', { fromEnv: missing }))),
    ];
    await orchestrator.close();
    delete process.env.TEMPORAL_ADDRESS;

    const history = await orchestration.client.workflow.getHandle(ran.workflowID, ran.runID).fetchHistory();
    const workflowBundle = { codePath: inject('workflowBundlePath') };
    const results = Worker.runReplayHistories({ workflowBundle, dataConverter: loadDataConverter() }, [
      { workflowId: ran.workflowID, history },
    ]);
    for await (const { error } of results) replayError = error ?? 'none';

    await worker.stop();
    await backend.shutdown();
    await orchestration.stop();
    await simulator.stop();
  });

  afterAll(async () => {
    trace.disable();
    await receiver.stop();
  });

  const traceOf = (name: string): ReceivedSpan[] => {
    const spans = receiver.spans();
    const traceId = spans.find((span) => span.name === name)?.traceId;
    return spans.filter((span) => span.traceId === traceId);
  };

  it('are one tree, from the request to the calls of the API', () => {
    const spans = traceOf('a request');
    const named = (name: string) => spans.filter((span) => span.name === name);
    const [root, ...otherRoots] = spans.filter(({ parentSpanId }) => !parentSpanId);
    expect([root?.name, ...otherRoots]).toEqual(['a request']);
    const spanIds = spans.map(({ spanId }) => spanId);
    expect(new Set(spanIds).size).toBe(spanIds.length);
    expect(spans.filter(({ parentSpanId }) => parentSpanId && !spanIds.includes(parentSpanId))).toEqual([]);

    const ancestry: string[] = [];
    for (let [span] = named('CCE:createCluster'); span !== undefined;) {
      ancestry.push(`${String(span.serviceName)} ${span.name}`);
      const { parentSpanId } = span;
      span = spans.find(({ spanId }) => spanId === parentSpanId);
    }
    expect(ancestry).toEqual([
      'cce-worker CCE:createCluster',
      'cce-worker RunActivity:submitCluster',
      'cce-worker StartActivity:submitCluster',
      'cce-worker RunWorkflow:createCluster',
      expect.stringMatching(/^unknown_service:.* StartWorkflow:createCluster$/),
      expect.stringMatching(/^unknown_service:.* a request$/),
    ]);
    const [polled] = named('CCE:getEventSteps');
    const watch = spans.find(({ spanId }) => spanId === polled?.parentSpanId);
    expect(watch?.name).toBe('RunActivity:watchCluster');
  });

  it('name each call and the requestID of its answer, and nothing else of it', () => {
    const [call, ...others] = traceOf('a request').filter(({ name }) => name === 'CCE:createCluster');
    expect(others).toEqual([]);
    expect(ran.outcome?.outcome).toBe('running');
    expect(call?.attributes).toEqual({ call: 'createCluster', status: '200', requestID: ran.outcome?.requestID });
  });

  it('have no queries in them, which whoever watches asks all the time', () => {
    const names = receiver.spans().map(({ name }) => name);
    expect(names).toContain('RunWorkflow:createCluster');
    expect(names.filter((name) => /Query|Describe/.test(name))).toEqual([]);
  });

  it('carry neither a secret nor what errors say', () => {
    expect(failures.map(({ outcome }) => outcome?.outcome)).toEqual(['failed', 'failed']);
    expect(failures[1]?.outcome?.failure?.message).toContain(missing);
    const received = receiver.received();
    const secrets = [password, message, missing, 'adminPassword', kubeconfigMarker, 'apiVersion'];
    expect(secrets.filter((secret) => received.includes(secret))).toEqual([]);
    // Found, these show that the search finds something, and that failures were among it.
    expect(received).toContain(ran.workflowID);
    expect(received).toContain('RunActivity:validateCluster');
    expect(received).toContain('CCE:createTemporaryKubeconfig');
  });

  it('leave a history that replays in a worker that does not trace', () => {
    expect(replayError).toBe('none');
  });
});
