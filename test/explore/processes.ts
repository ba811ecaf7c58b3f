import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Explored, Order } from './process.ts';

/**
 * Takes one order after the other off the list and has them explored by several processes.
 *
 * @param onExplored Returns whether to stop.
 */
export async function exploreAll(
  left: Order[],
  processes: number,
  onExplored: (explored: Explored) => boolean | undefined | void,
): Promise<void> {
  let isOver = false;
  const next = () => (isOver ? undefined : left.shift());
  await Promise.all(
    Array.from({ length: Math.min(processes, left.length) }, async () => {
      while (left.length > 0 && !isOver) {
        await exploreIn(start(), next, (explored) => {
          if (onExplored(explored) === true) isOver = true;
        });
      }
    }),
  );
}

export async function exploreOne(order: Order): Promise<Explored> {
  let result: Explored | undefined;
  await exploreAll([order], 1, (explored) => {
    result = explored;
  });
  if (result === undefined) throw new Error(`the process that explored ${order.seed} ended without an answer`);
  return result;
}

/** A process, and with it a Temporal server, serves this many runs. */
const runsOfAProcess = 100;

/** Starts a process in a group of its own, so that its Temporal server ends with it whatever happens. */
function start(): ChildProcess {
  return fork(fileURLToPath(new URL('process.ts', import.meta.url)), { execArgv: ['--import', 'tsx'], detached: true });
}

function exploreIn(
  child: ChildProcess,
  nextOrder: () => Order | undefined,
  onExplored: (explored: Explored) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let served = 0;
    const next = () => {
      const order = served++ < runsOfAProcess ? nextOrder() : undefined;
      if (order === undefined) child.disconnect();
      else child.send(order);
    };
    child.on('message', (message: Explored | 'ready') => {
      if (message !== 'ready') onExplored(message);
      // What the run has left behind must not concern the next.
      if (message !== 'ready' && message.abandoned !== undefined) child.disconnect();
      else next();
    });
    child.on('error', reject);
    child.on('exit', () => {
      endGroup(child.pid);
      resolve();
    });
  });
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}
