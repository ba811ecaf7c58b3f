import { expect, it, vi } from 'vitest';
import { createFollowFailureLog } from '../../http/follow-failures.ts';

it('a follower that cannot ask Temporal is in the log, once a minute', () => {
  const warn = vi.fn();
  let nowMs = 1_000_000;
  const onFollowError = createFollowFailureLog({ warn }, () => nowMs);
  const error = new Error('Temporal does not answer');
  for (const passedMs of [0, 500, 59_000, 500]) {
    nowMs += passedMs;
    onFollowError(error);
  }
  expect(warn.mock.calls.map(([entry]) => entry as unknown)).toEqual([{ error }, { error }]);
});
