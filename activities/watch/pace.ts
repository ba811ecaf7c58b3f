/** What sets the pace of the watches of one worker. */
export interface Pace {
  pollIntervalMs: number;
  /** How many clusters the worker watches. */
  watches: number;
  /** The current rate of the request budget. */
  ratePerSecond: number;
  /** How long reads of the service are assumed to lag behind at most. */
  longestLagMs: number;
}

/**
 * The pause between two polls of one watch, doubled with each failure up to eight times. Jittered, so that watches that
 * began together do not poll together for ever.
 *
 * @param random From 0 to 1.
 */
export function pauseMs(pace: Pace, consecutiveFailures: number, random = Math.random()): number {
  return stepsIntervalMs(pace) * 2 ** Math.min(consecutiveFailures, 3) * (0.97 + 0.03 * random);
}

/**
 * The pause before the first poll. A new watch waits for the first tick. Watches that resume together, as after a restart
 * of the worker, are spread over the time in which each reads its steps once.
 *
 * @param random From 0 to 1.
 */
export function firstPauseMs(pace: Pace, isResumed: boolean, random = Math.random()): number {
  if (pace.watches <= fewWatches) return 0;
  return isResumed ? stepsIntervalMs(pace) * random : stepsIntervalMs(pace);
}

/**
 * The more watches there are, the less often each reads its steps: with many, the list tells what is urgent. All watches
 * together leave a part of the budget free, or urgent calls would have to wait behind a thousand reads of steps.
 */
function stepsIntervalMs({ pollIntervalMs, watches, ratePerSecond }: Pace): number {
  const wanted = pollIntervalMs * Math.min(slowestSteps, Math.max(1, watches / fewWatches));
  return Math.max(wanted, (watches / (ratePerSecond * budgetShare)) * 1000);
}

/** Up to this number of watches, each reads its steps at every poll interval. */
const fewWatches = 20;

/** Steps are never older than three poll intervals while the budget allows it, the time of an answer included. */
const slowestSteps = 2.8;

/** The part of the budget that reads of steps may use. */
const budgetShare = 0.75;
