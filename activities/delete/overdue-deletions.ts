import type { MetricMeter } from '@temporalio/common';
import { isOverdue } from '../../contract/overdue.ts';

/** An activity of a deletion. `sinceMs`: when the deletion began, in milliseconds since the epoch; absent if unknown. */
type DeletionActivity<Input extends { sinceMs?: number }, Result> = (input: Input) => Promise<Result>;

/**
 * How long a deletion counts after its last activity on this worker: longer than the pause before it is requested again.
 * After that, it has ended, or another worker counts it.
 */
const restMs = 600_000;

const updateIntervalMs = 15_000;

/**
 * Counts the deletions and clean-ups that take unusually long, in a gauge. The workflow says when a deletion began, so that
 * a worker that has just started counts it with its next activity. Two workers may count one deletion for ten minutes.
 */
export function createOverdueDeletions(meter: MetricMeter) {
  const gauge = meter.createGauge('cce_deletions_overdue', 'int', undefined, 'deletions that take over an hour');
  const known = new Map<string, { sinceMs: number; untilMs: number }>();
  let timer: NodeJS.Timeout | undefined;
  gauge.set(0);

  function update(): void {
    const nowMs = Date.now();
    for (const [key, { untilMs }] of known) if (nowMs >= untilMs) known.delete(key);
    gauge.set([...known.values()].filter(({ sinceMs }) => isOverdue(sinceMs, nowMs)).length);
    if (known.size > 0) {
      timer ??= setInterval(update, updateIntervalMs).unref();
    } else {
      clearInterval(timer);
      timer = undefined;
    }
  }

  /** Wraps an activity of a deletion, which ends the deletion if `isEnd` says so of its result. */
  return function track<Input extends { sinceMs?: number }, Result>(
    activity: DeletionActivity<Input, Result>,
    keyOf: (input: Input) => string,
    isEnd: (result: Result) => boolean,
  ): DeletionActivity<Input, Result> {
    return async (input) => {
      const { sinceMs } = input;
      if (sinceMs === undefined) return activity(input);
      const key = keyOf(input);
      known.set(key, { sinceMs, untilMs: Infinity });
      update();
      try {
        const result = await activity(input);
        if (isEnd(result)) known.delete(key);
        return result;
      } finally {
        if (known.has(key)) known.set(key, { sinceMs, untilMs: Date.now() + restMs });
        update();
      }
    };
  };
}
