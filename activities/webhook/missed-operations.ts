import pLimit from 'p-limit';
import type { AccountRegion } from '../../contract/identity.ts';
import { ifReadable } from '../../temporal/executions/is-unreadable.ts';
import type { Operation } from '../../temporal/executions/operation.ts';
import type { FollowedOperation } from '../../temporal/follow/followed-operation.ts';
import type { FollowerCalls } from '../../temporal/follow/follower-calls.ts';
import type { ChooseOperations } from './wanted-operations.ts';

/** The number of operations that are handed on together. */
const readTogether = 100;
const readsAtOnce = 10;

/**
 * Reads the operations that ended while nobody followed. The list of a follower may lack them by now.
 *
 * @param sinceMs The time after which they ended, in milliseconds since the epoch.
 */
export async function* missedOperations(
  { listPage, outcome }: Pick<FollowerCalls, 'listPage' | 'outcome'>,
  scope: AccountRegion,
  {
    sinceMs,
    choose,
    isMissed,
  }: { sinceMs: number; choose: ChooseOperations; isMissed: (operation: Operation) => boolean },
): AsyncGenerator<FollowedOperation[]> {
  const missed: Operation[] = [];
  let token: Uint8Array | undefined;
  do {
    const page = await listPage(scope, new Date(sinceMs), token);
    const ended = page.operations.filter(({ execution }) => execution !== 'running');
    missed.push(...(await choose(ended)).filter(isMissed));
    token = page.next;
  } while (token !== undefined);
  missed.sort((left, right) => (left.closedAt ?? '').localeCompare(right.closedAt ?? ''));
  const limit = pLimit(readsAtOnce);
  for (let next = 0; next < missed.length; next += readTogether) {
    const together = missed.slice(next, next + readTogether);
    yield await Promise.all(together.map((operation) => limit(() => withOutcome(operation))));
  }

  async function withOutcome(operation: Operation): Promise<FollowedOperation> {
    // One that this worker cannot decode must not hold up the others.
    const ended = await ifReadable(() => outcome(operation));
    return { ...operation, ...(ended !== undefined && { outcome: ended }) };
  }
}
