import { expect, it, vi } from 'vitest';
import { openScopes } from '../../client/index.ts';
import type { FollowerOptions } from '../../client/follow/follower.ts';
import { createFollowFailureLog } from '../../http/follow-failures.ts';

const { made } = vi.hoisted(() => ({ made: [] as (FollowerOptions | undefined)[] }));
vi.mock('../../client/follow/follower.ts', () => ({
  endedForMs: 0,
  createFollower: (_: unknown, options?: FollowerOptions) => void made.push(options),
}));

it('a follower that cannot ask Temporal is in the log, once a minute', async () => {
  const warn = vi.fn();
  let nowMs = 1_000_000;
  const scopes = openScopes({ onFollowError: createFollowFailureLog({ warn }, () => nowMs) });
  const error = new Error('Temporal does not answer');
  const [options] = made;
  for (const passedMs of [0, 500, 59_000, 500]) {
    nowMs += passedMs;
    options?.onError?.(error);
  }
  expect(warn.mock.calls.map(([entry]) => entry as unknown)).toEqual([{ error }, { error }]);
  await scopes.close();
});
