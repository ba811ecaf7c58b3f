import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Explored, Order } from './explore-order.ts';

/** Processes that explore runs, each one run at a time. */
export interface Explorers {
  /** Explores a run as soon as one of them is free. */
  explore: (order: Order) => Promise<Explored>;
  end: () => void;
}

export function startExplorers(processes: number): Explorers {
  const children = Array.from({ length: processes }, start);
  const free = [...children];
  const waiting: (() => void)[] = [];

  async function take(): Promise<ChildProcess> {
    while (free.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    return free.pop()!;
  }

  return {
    async explore(order) {
      const child = await take();
      const explored = await serve(child, order);
      free.push(child);
      waiting.shift()?.();
      return explored;
    },
    end: () => children.forEach((child) => child.kill()),
  };
}

function start(): ChildProcess {
  // Most of what a history makes is soon garbage.
  const execArgv = ['--max-semi-space-size=64', '--import', 'tsx'];
  return fork(fileURLToPath(new URL('process.ts', import.meta.url)), { execArgv });
}

function serve(child: ChildProcess, order: Order): Promise<Explored> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error(`a process ended while it explored ${order.seed}`));
    child.once('exit', fail);
    child.once('message', (explored: Explored) => {
      child.off('exit', fail);
      resolve(explored);
    });
    child.send(order);
  });
}
