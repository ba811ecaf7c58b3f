import { sleep } from '@temporalio/workflow';
import { timeAfter, type Progress } from '../operation/progress.ts';

/** Waits, and says so, until looks must show what a lost request has made. */
export async function awaitLateClusters(restMs: number, progress: Pick<Progress, 'waitFor'>): Promise<void> {
  const message = 'what the last request made may show late';
  progress.waitFor({ reason: 'service', message, retryAt: timeAfter(restMs) });
  try {
    await sleep(restMs, { summary: message });
  } finally {
    progress.waitFor(undefined);
  }
}
