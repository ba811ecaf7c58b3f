import type { Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { serveLeftBehind } from '../../../worker/scopes/left-behind.ts';
import { recordingLogger } from '../../recording-logger.ts';

/** A worker that looks at a Temporal with so many open workflows on each task queue. */
function stage(open: Record<string, number>, accounts = ['a', 'b']) {
  const running: string[] = [];
  const asked: string[] = [];
  let isDown = false;
  let fail = () => {};
  const client = {
    withDeadline: (_: number, call: () => unknown) => call(),
    workflow: {
      count: async (query: string) => {
        if (isDown) throw new Error('down');
        asked.push(query);
        const queues = Array.from(query.matchAll(/'(cce-[^']+)'/g), ([, queue]) => queue!);
        return { count: queues.reduce((sum, queue) => sum + (open[queue] ?? 0), 0) };
      },
    },
  } as unknown as Client;
  const { logger, entries } = recordingLogger();
  const scopes = () => accounts.map((account) => ({ account, region: 'bj' }));
  const leftBehind = serveLeftBehind({
    client,
    log: logger,
    scopes,
    async run(queue) {
      running.push(queue);
      let end = () => {};
      const stopped = new Promise<void>((resolve, reject) => {
        end = resolve;
        fail = () => {
          running.splice(running.indexOf(queue), 1);
          reject(new Error('the worker fails'));
        };
      });
      const shutdown = () => {
        running.splice(running.indexOf(queue), 1);
        end();
      };
      return { stopped, areRunning: () => true, shutdown };
    },
  });
  return {
    running,
    asked,
    entries,
    accounts,
    stop: leftBehind.stop,
    fail: () => fail(),
    setDown: (down: boolean) => (isDown = down),
    look: leftBehind.look,
  };
}

describe('workflows on the own task queues of accounts in a pool', () => {
  it('cost one count if there are none', async () => {
    const { look, asked, running } = stage({});
    await look();
    expect(asked).toEqual(["TaskQueue IN ('cce-a-bj', 'cce-b-bj') AND ExecutionStatus = 'Running'"]);
    expect(running).toEqual([]);
  });

  it('are run by one worker for each task queue, until two looks find none', async () => {
    const open: Record<string, number> = { 'cce-b-bj': 3 };
    const { look, running } = stage(open);
    await look();
    await look();
    expect(running).toEqual(['cce-b-bj']);
    delete open['cce-b-bj'];
    await look();
    expect(running).toEqual(['cce-b-bj']);
    await look();
    expect(running).toEqual([]);
    open['cce-b-bj'] = 1;
    await look();
    expect(running).toEqual(['cce-b-bj']);
  });

  it('are left alone once their account is no longer served', async () => {
    const { look, running, accounts } = stage({ 'cce-b-bj': 3 });
    await look();
    accounts.pop();
    await look();
    expect(running).toEqual([]);
  });

  it('go on while Temporal does not answer', async () => {
    const { look, running, setDown, entries } = stage({ 'cce-a-bj': 1 });
    await look();
    setDown(true);
    await look();
    expect(entries.at(-1)).toMatchObject({ level: 'WARN' });
    expect(running).toEqual(['cce-a-bj']);
  });

  it('are run again at the next look if their worker has failed', async () => {
    const { look, running, fail, stop, entries } = stage({ 'cce-a-bj': 1 });
    await look();
    fail();
    await look();
    expect(entries).toContainEqual(expect.objectContaining({ level: 'ERROR', queue: 'cce-a-bj' }));
    expect(running).toEqual(['cce-a-bj']);
    fail();
    await stop();
  });

  it('are not run any more by a worker that stops', async () => {
    const { look, running, stop } = stage({ 'cce-a-bj': 1 });
    const looking = look();
    await stop();
    await looking;
    await look();
    expect(running).toEqual([]);
  });
});
