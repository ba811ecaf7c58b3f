import { expect, describe, it } from 'vitest';
import { progressOf } from '../../../workflows/batch/progress.ts';
import { newBatchState, noteEnded, noteStarted, takeWaiting, type BatchState } from '../../../workflows/batch/state.ts';

/** All items run: the higher the index, the longer. */
function underWay(items: number, total = items): BatchState {
  const state = newBatchState(total, items, 0);
  for (const index of takeWaiting(state, items)) {
    const started = { index, kind: 'create', workflowID: `cce:default:bj:item-${index}`, limitSeconds: 7200 } as const;
    noteStarted(state, { ...started, runID: `run-${index}` }, (items - index) * 1000);
  }
  return state;
}

describe('the progress', () => {
  it.each([
    ['running', {}],
    ['paused', { paused: true }],
    ['stopping', { ending: 'stopped' }],
    ['cancelling', { ending: 'cancelled', paused: true }],
    ['rollingBack', { ending: 'rolledBack' }],
  ] as const)('is called %s', (stage, change) => {
    const state = Object.assign(underWay(1), change);
    expect(progressOf(state, false).stage).toBe(stage);
    expect(progressOf(state, true).stage).toBe('done');
  });

  it('tells a pace from the second end on, and what is left at this pace', () => {
    const state = underWay(4, 10);
    const end = (index: number) => ({ index, runID: `run-${index}`, result: 'succeeded' }) as const;
    noteEnded(state, end(0), 'continue', 60_000);
    expect(progressOf(state, false)).not.toHaveProperty('itemsPerMinute');
    noteEnded(state, end(1), 'continue', 90_000);
    expect(progressOf(state, false)).toMatchObject({ itemsPerMinute: 2, estimatedSecondsLeft: 240 });
    state.paused = true;
    expect(progressOf(state, false)).not.toHaveProperty('estimatedSecondsLeft');
  });

  it('shows what takes longest first', () => {
    expect(progressOf(underWay(20), false).slowest.map(({ index }) => index)).toEqual([
      19, 18, 17, 16, 15, 14, 13, 12, 11, 10,
    ]);
  });
});
