import type { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { builtBundlePath, loadWorkflows } from './bundle/load-workflows.ts';
import { installRuntime } from './install-runtime.ts';
import { createLogger } from './logger.ts';

export interface ReplayOptions {
  client: Client;
  /** That of the client. */
  dataConverter: DataConverter;
  /** In the language of Temporal's visibility. */
  query: string;
  /** At most so many executions. */
  limit: number;
  /** Another workflow bundle than that of this installation. */
  bundlePath?: string | undefined;
}

/** How the history of one execution fared. */
export interface ReplayedExecution {
  workflowID: string;
  runID: string;
  /** Why it does not replay; absent where it does. */
  problem?: string;
}

/**
 * Replays histories of a namespace through workflow code, and yields each as it is done. Changes nothing in Temporal. To be
 * called once in a process, since it sets up the SDK's log.
 */
export async function* replayHistories(options: ReplayOptions): AsyncGenerator<ReplayedExecution, void> {
  // What there is to say of a history is in its result.
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
 * The SDK replays in the namespace `default`, wherever a history is from. Without that context a payload is taken at its
 * word on whose it is.
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
