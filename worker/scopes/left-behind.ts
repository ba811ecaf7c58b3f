import type { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/worker';
import { taskQueue, type AccountRegion } from '../../contract/identity.ts';
import type { RunningWorkers } from '../run-all.ts';

export interface LeftBehindOptions {
  client: Client;
  log: Logger;
  /** The accounts and regions that this process serves. */
  scopes: () => readonly AccountRegion[];
  /** Runs the workflows of a task queue. */
  run: (queue: string) => Promise<RunningWorkers>;
}

/** The workflows that are under way on the own task queues of accounts and regions, from before they were in the pool. */
export interface LeftBehind {
  /**
   * Starts a worker for each queue that has open workflows, and stops those of queues without. Never rejects: the next look
   * comes anyway.
   */
  look: () => Promise<void>;
  /** Stops, and waits until what is in progress is handed over. */
  stop: () => Promise<void>;
}

/** A queue is left alone after this many looks that found nothing: visibility may lag. */
const looksInVain = 2;

/**
 * Runs the workflows that are under way on the own task queues of accounts and regions: operations from before they were in the
 * pool, those of clients without the pool, and those of schedules, which remember their task queue. A worker for workflows needs
 * 27 MB, so there is one only for as long as there is something to do.
 */
export function serveLeftBehind({ client, log, scopes, run }: LeftBehindOptions): LeftBehind {
  const served = new Map<string, { workers: RunningWorkers; ended: Promise<void>; inVain: number }>();
  let last: Promise<void> = Promise.resolve();
  let isStopped = false;

  async function look(): Promise<void> {
    if (isStopped) return;
    const queues = scopes().map(taskQueue);
    const open = await findOpen(client, queues);
    for (const [queue, one] of served) {
      one.inVain = open.has(queue) ? 0 : one.inVain + 1;
      if (one.inVain < looksInVain && queues.includes(queue)) continue;
      log.info('no workflows are left on the own task queue of this account and region', { queue });
      one.workers.shutdown();
      // Only one worker of a process may poll a task queue.
      await one.ended;
      served.delete(queue);
    }
    for (const queue of open) {
      if (isStopped || served.has(queue)) continue;
      log.info('workflows are left on the own task queue of this account and region, and are served', { queue });
      const workers = await run(queue);
      // The next look begins again with one that has failed.
      const ended = workers.stopped.catch((error: unknown) => {
        log.error('the worker for an own task queue has failed', { queue, error });
        served.delete(queue);
      });
      served.set(queue, { workers, ended, inVain: 0 });
    }
  }

  return {
    look() {
      return (last = last.then(look).catch((error: unknown) => {
        log.warn('cannot find out whether workflows are left on own task queues', { error });
      }));
    },
    async stop() {
      isStopped = true;
      await last;
      for (const { workers } of served.values()) workers.shutdown();
      await Promise.all([...served.values()].map(({ ended }) => ended));
    },
  };
}

const countMs = 10_000;

/** The maximum number of task queues in one query. */
const queuesAtOnce = 50;

/** Finds the task queues that have open workflows. Counts those of many queues first, and those of each only if there are any. */
async function findOpen(client: Client, queues: readonly string[]): Promise<Set<string>> {
  const open = new Set<string>();
  for (let first = 0; first < queues.length; first += queuesAtOnce) {
    const some = queues.slice(first, first + queuesAtOnce);
    if (!(await hasOpen(client, some))) continue;
    for (const queue of some) if (await hasOpen(client, [queue])) open.add(queue);
  }
  return open;
}

async function hasOpen(client: Client, queues: readonly string[]): Promise<boolean> {
  const names = queues.map((queue) => `'${queue}'`).join(', ');
  const query = `TaskQueue IN (${names}) AND ExecutionStatus = 'Running'`;
  // Without a limit, a worker would not stop while Temporal does not answer.
  const { count } = await client.withDeadline(Date.now() + countMs, () => client.workflow.count(query));
  return count > 0;
}
