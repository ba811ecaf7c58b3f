import type { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { builtBundlePath, loadWorkflows } from './bundle/load-workflows.ts';
import { installRuntime } from './install-runtime.ts';
import { createLogger } from './logger.ts';

export interface ReplayOptions {
  client: Client;
  /** The data converter of the client. */
  dataConverter: DataConverter;
  /** A query in Temporal's list filter syntax. */
  query: string;
  /** The maximum number of executions to replay. */
  limit: number;
  /** The workflow bundle to replay with. @default the bundle of this installation */
  bundlePath?: string | undefined;
}

/** The result of replaying the history of one execution. */
export interface ReplayedExecution {
  workflowID: string;
  runID: string;
  /** The reason why the history does not replay; absent if it does. */
  problem?: string;
}

/**
 * Replays histories of a namespace with workflow code, and yields the result of each. Changes nothing in Temporal. Must be
 * called only once in a process, since it installs the SDK's runtime.
 */
export async function* replayHistories(options: ReplayOptions): AsyncGenerator<ReplayedExecution, void> {
  // The results say all there is to say about a history, so the SDK logs errors only.
  installRuntime(createLogger('error'), undefined);
  const listed = options.client.workflow.list({ query: options.query });
  const histories = firstOf(listed.intoHistories({ concurrency: 5, bufferLimit: 10 }), options.limit);
  const workflows = loadWorkflows(options.bundlePath ?? builtBundlePath('workflow-bundle.js'), false);
  const replay = { ...workflows, dataConverter: inAnyNamespace(options.dataConverter) };
  for await (const { workflowId, runId, error } of Worker.runReplayHistories(replay, histories)) {
    yield { workflowID: workflowId, runID: runId, ...(error !== undefined && { problem: error.message }) };
  }
}

/**
 * The SDK replays every history in the namespace `default`. Without a context, the codec accepts the namespace that a
 * payload itself names.
 */
function inAnyNamespace(dataConverter: DataConverter): DataConverter {
  const payloadCodecs = (dataConverter.payloadCodecs ?? []).map((codec) => ({
    encode: (payloads: Parameters<typeof codec.encode>[0]) => codec.encode(payloads),
    decode: (payloads: Parameters<typeof codec.decode>[0]) => codec.decode(payloads),
  }));
  return { ...dataConverter, payloadCodecs };
}

async function* firstOf<Value>(values: AsyncIterable<Value>, limit: number): AsyncGenerator<Value, void> {
  let count = 0;
  for await (const value of values) {
    yield value;
    if (++count === limit) return;
  }
}
