import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { ActivityFailure, CancellationScope, isCancellation, sleep, workflowInfo } from '@temporalio/workflow';
import { scheduledByKey, sweepCounter, type SweepResult } from '../../contract/sweep-counter.ts';
import { scopeMeter } from '../operation/scope-meter.ts';

/**
 * Runs a sweep. If a schedule started it, counts its result, and while it runs each start that the schedule skips because
 * of it. Nobody waits for a scheduled sweep, so that only an alert tells that it does not do its work.
 */
export async function countSweep<Report>(
  everySeconds: number | undefined,
  sweep: () => Promise<Report>,
  hasFailed: (report: Report) => boolean,
): Promise<Report> {
  if (workflowInfo().typedSearchAttributes.get(scheduledByKey) === undefined) return sweep();
  const skips = new CancellationScope();
  if (everySeconds !== undefined) void skips.run(() => countSkips(everySeconds)).catch(ignoreCancellation);
  try {
    const report = await sweep();
    count(hasFailed(report) ? 'failed' : 'completed');
    return report;
  } catch (error) {
    // Any other error is one of the code, which Temporal retries. A person who cancels a sweep knows of it.
    if (error instanceof TemporalFailure && !isCancellation(error)) count(isRefusal(error) ? 'refused' : 'failed');
    throw error;
  } finally {
    skips.cancel();
  }
}

function count(result: SweepResult, times = 1): void {
  sweepCounter(scopeMeter()).add(times, { result });
}

function isRefusal(error: TemporalFailure): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && ['TooManyMatches', 'InvalidFilter'].includes(cause.type ?? '');
}

/** A sweep that hangs for a year then costs the history about 45,000 events, whatever its interval. */
const longestPauseMs = 3_600_000;

async function countSkips(everySeconds: number): Promise<never> {
  const everyMs = everySeconds * 1000;
  // Temporal counts the intervals of a schedule from the epoch.
  const startsUntil = (ms: number) => Math.floor(ms / everyMs);
  const startedAtMs = Date.now();
  for (let counted = startsUntil(startedAtMs); ;) {
    const untilNextMs = (counted + 1) * everyMs - Date.now();
    // Ever longer pauses, since the interval may be a second.
    const pauseMs = Math.min(longestPauseMs, (Date.now() - startedAtMs) / 20);
    await sleep(Math.ceil(Math.max(untilNextMs, pauseMs)), { summary: 'until the schedule skips a start' });
    const due = startsUntil(Date.now());
    count('skipped', due - counted);
    counted = due;
  }
}

function ignoreCancellation(error: unknown): void {
  if (!isCancellation(error)) throw error;
}
