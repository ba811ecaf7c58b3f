import { readdirSync, readFileSync } from 'node:fs';
import { Worker, type ReplayWorkerOptions } from '@temporalio/worker';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { bundleOnce } from '../bundles.ts';
import { leaseOfBefore, type Recorded } from './lease-of-before.ts';

const folder = new URL('../histories/', import.meta.url);
const names = readdirSync(folder).filter((file) => file.endsWith('.json'));

/** The error with which a history fails to replay, or `undefined`. */
async function replay(file: string, workflows: ReplayWorkerOptions, adapt = (recorded: Recorded) => recorded) {
  const recorded = adapt(JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Recorded);
  const results = Worker.runReplayHistories(workflows, [recorded]);
  // The SDK does not throw: each result carries the error of its history.
  for await (const { error } of results) return error;
  throw new Error(`${file} was not replayed`);
}

describe('recorded histories', () => {
  it('exist', () => {
    expect(names.length).toBeGreaterThan(0);
  });

  it.each(names)('%s replays', async (file) => {
    expect(await replay(file, { workflowBundle: { codePath: inject('workflowBundlePath') } })).toBeUndefined();
  });

  describe('recorded histories without traces, replayed with traces', () => {
    let codePath: string;

    beforeAll(async () => {
      codePath = await bundleOnce('workflow-bundle-traced.js');
    });

    it.each(names)('%s replays', async (file) => {
      const sinks = { exporter: { export: { fn: () => {} } } };
      expect(await replay(file, { workflowBundle: { codePath }, sinks })).toBeUndefined();
    });
  });

  it('let a lease of version 0.1 go on in a new run once its history is long', async () => {
    const workflows = { workflowBundle: { codePath: inject('workflowBundlePath') } };
    expect(await replay('create-lease-is-extended.json', workflows, leaseOfBefore)).toBeUndefined();
  });

  it('let a lease go on that a worker of before began, although its client asked for nodes', async () => {
    const workflows = { workflowBundle: { codePath: inject('workflowBundlePath') } };
    expect(await replay('create-expires.json', workflows, (recorded) => asking(recorded, 'nodes'))).toBeUndefined();
  });

  it('fail to replay when the workflow does the same in another order', async () => {
    const codePath = await bundleOnce('reordered.js');
    const error = await replay('create-runs.json', { workflowBundle: { codePath } });
    expect(error?.name).toBe('DeterminismViolationError');
  });
});

/** The history of a create whose client asked for a readiness that its workers did not know. */
function asking({ workflowId, history }: Recorded, readiness: string): Recorded {
  const [started, ...events] = history.events;
  const attributes = started?.['workflowExecutionStartedEventAttributes'] as {
    input: { payloads: { data: string }[] };
  };
  const [payload] = attributes.input.payloads;
  const input = JSON.parse(Buffer.from(payload!.data, 'base64').toString()) as object;
  const data = Buffer.from(JSON.stringify({ ...input, readiness })).toString('base64');
  const asked = { ...attributes, input: { payloads: [{ ...payload, data }] } };
  return {
    workflowId,
    history: { events: [{ ...started!, workflowExecutionStartedEventAttributes: asked }, ...events] },
  };
}
