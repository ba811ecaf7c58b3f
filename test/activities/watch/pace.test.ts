import { describe, expect, it } from 'vitest';
import { firstPauseMs, pauseMs, type Pace } from '../../../activities/watch/pace.ts';

const paceOf = (watches: number, ratePerSecond = 10_000): Pace => ({
  pollIntervalMs: 10_000,
  watches,
  ratePerSecond,
  longestLagMs: 90_000,
});

describe('the pause between two polls', () => {
  it.each<[description: string, pace: Pace, failures: number, seconds: number]>([
    ['is the poll interval for one watch', paceOf(1), 0, 10],
    ['is the poll interval for up to 20 watches', paceOf(20), 0, 10],
    ['grows with the number of watches', paceOf(40), 0, 20],
    ['grows to 2.8 intervals', paceOf(5_000), 0, 28],
    ['grows further if the watches would take more than three quarters of the budget', paceOf(1_500, 20), 0, 100],
    ['doubles with each failure', paceOf(1), 2, 40],
    ['stops doubling after three failures', paceOf(1), 20, 80],
  ])('%s', (_, pace, failures, seconds) => {
    expect(pauseMs(pace, failures, 1)).toBeCloseTo(seconds * 1000);
    expect(pauseMs(pace, failures, 0)).toBeCloseTo(seconds * 970);
  });
});

describe('the pause before the first poll', () => {
  it.each<[description: string, pace: Pace, isResumed: boolean, seconds: number]>([
    ['is left out with few watches', paceOf(20), false, 0],
    ['is left out with few watches that resume', paceOf(20), true, 0],
    ['gives a new watch among many the time of one interval to receive a tick', paceOf(1_000), false, 28],
    ['spreads watches that resume over one interval', paceOf(1_000), true, 7],
  ])('%s', (_, pace, isResumed, seconds) => {
    expect(firstPauseMs(pace, isResumed, 0.25)).toBeCloseTo(seconds * 1000);
  });
});
