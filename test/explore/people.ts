import { createOrchestrator } from '../../client/index.ts';
import type { Asked } from './asked.ts';
import type { Message } from './messages.ts';
import { createActions, type PeopleSurroundings } from './people-actions.ts';

/** People who use the real client, and the vendor's console. */
export function createPeople(surroundings: PeopleSurroundings) {
  const { client, scope, clusterNames, nowMs } = surroundings;
  const orchestrator = createOrchestrator({ client, ...scope });
  const asked: Asked[] = [];
  const waiting = new Set<Promise<void>>();
  const actions = createActions(orchestrator, surroundings);

  return {
    orchestrator,
    asked,
    /** Whether somebody waits for an answer. */
    isWaiting: () => waiting.size > 0,
    /** Sends a message; the answer may depend on what happens afterwards. */
    ask(message: Message, stage: string): void {
      const names = /batch|Batch|teardown|reconcile/.test(message) ? clusterNames : clusterNames.slice(0, 1);
      const entry: Asked = { atMs: nowMs(), message, stage, names, answer: 'asked' };
      asked.push(entry);
      const send = async () => actions[message](entry);
      const answered = send().then(
        (run) => {
          entry.answer = 'accepted';
          entry.answeredAtMs = nowMs();
          if (run !== undefined) entry.run = { workflowID: run.workflowID, runID: run.runID };
        },
        (error: unknown) => {
          entry.answeredAtMs = nowMs();
          entry.answer = error instanceof Error && error.name !== 'Error' ? error.name : String(error);
        },
      );
      waiting.add(answered);
      void answered.finally(() => waiting.delete(answered));
    },
  };
}
