import { createHash } from 'node:crypto';
import {
  WorkflowExecutionAlreadyStartedError,
  type Client,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { requestWorkflowID, taskQueue, type AccountRegion } from '../contract/identity.ts';
import { describeRun } from '../temporal/executions/describe-run.ts';
import { isOpen } from '../temporal/executions/is-open.ts';
import { KeyReusedError } from './errors/key-reused-error.ts';

/**
 * Remembers requests by keys that callers choose, for a day. A caller that got no answer sends its request again with the
 * same key, and gets the answer that the first one has led to, also from another process.
 */
export interface RememberedRequests {
  /**
   * Takes a key for a request.
   *
   * @param key Any text. Temporal stores only a digest of it.
   * @param request A digest of the request, equal for equal requests.
   * @throws KeyReusedError if the key belongs to another request
   */
  claim: (key: string, request: string) => Promise<ClaimedKey>;
  /**
   * Reads what the request of a key has led to, and leaves a key that nobody has taken free: for a request that may still be
   * refused.
   *
   * @returns the answer, if the request is known and has one
   * @throws KeyReusedError if the key belongs to another request
   */
  recall: (key: string, request: string) => Promise<string | undefined>;
}

/** A key that belongs to a request. */
export interface ClaimedKey {
  /** What the request has led to. Absent if it is new, or if no process has remembered an answer to it. */
  answer?: string;
  /** Remembers what the request has led to. */
  remember: (answer: string) => Promise<void>;
}

/**
 * Keeps each key as an execution that no worker ever sees: Temporal would hand out its first task only after the time limit
 * that ends it. The memo, which is encrypted like all memos, has what there is to remember. While the execution is open,
 * its ID is taken, so exactly one request gets a key, however many processes ask.
 */
export function rememberedRequests(client: Client, scope: AccountRegion): RememberedRequests {
  const idOf = (key: string) => requestWorkflowID(scope, createHash('sha256').update(key).digest('hex'));
  return {
    async claim(key, request) {
      const workflowID = idOf(key);
      for (;;) {
        const runID = await keep(client, scope, workflowID, { request });
        if (runID !== undefined) return claimed(workflowID, runID);
        const earlier = await describeRun(client, workflowID);
        // It may have ended since. Then the key is free again.
        if (earlier === undefined || !isOpen(earlier.status.name)) continue;
        const answer = await answerTo(workflowID, earlier, request);
        return { ...claimed(workflowID, earlier.runId), ...(answer !== undefined && { answer }) };
      }
    },
    async recall(key, request) {
      const workflowID = idOf(key);
      const earlier = await describeRun(client, workflowID);
      if (earlier === undefined || !isOpen(earlier.status.name)) return undefined;
      return answerTo(workflowID, earlier, request);
    },
  };

  async function answerTo(
    workflowID: string,
    { runId, memo }: Pick<WorkflowExecutionDescription, 'runId' | 'memo'>,
    request: string,
  ): Promise<string | undefined> {
    if (memo?.['request'] !== request) throw new KeyReusedError();
    const answered = await describeRun(client, answerID(workflowID, runId));
    const answer = answered?.memo?.['answer'];
    return typeof answer === 'string' ? answer : undefined;
  }

  function claimed(workflowID: string, runID: string): ClaimedKey {
    return {
      async remember(answer) {
        await keep(client, scope, answerID(workflowID, runID), { answer });
      },
    };
  }
}

/** An answer belongs to one claim of a key: the next claim, a day later, must not find it. */
function answerID(workflowID: string, runID: string): string {
  return `${workflowID}:${runID}`;
}

/** Returns the run ID, or `undefined` if the ID is taken. */
async function keep(
  client: Client,
  scope: AccountRegion,
  workflowId: string,
  memo: Record<string, string>,
): Promise<string | undefined> {
  try {
    const { firstExecutionRunId } = await client.workflow.start('rememberedRequest', {
      workflowId,
      memo,
      taskQueue: `${taskQueue(scope)}-requests`,
      startDelay: '48 hours',
      workflowExecutionTimeout: '24 hours',
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    });
    return firstExecutionRunId;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}
