import type { AccountRegion, ListedApproval, ListedBatch, Operation, Scopes } from '../client/index.ts';

/** Lists of whole scopes, each read once for all requests that ask for it within a second. */
export interface SharedLists {
  operations: (scope: AccountRegion) => Promise<readonly Operation[]>;
  batches: (scope: AccountRegion) => Promise<readonly ListedBatch[]>;
  /** Those that wait, and all. */
  waitingApprovals: (scope: AccountRegion) => Promise<readonly ListedApproval[]>;
  approvals: (scope: AccountRegion) => Promise<readonly ListedApproval[]>;
}

/** A list of Temporal lags by about as much. */
const freshMs = 1_000;

/** Temporal cannot sort by the keys of our pages, so each page needs the whole list, which has a call for each thousand. */
export function createSharedLists(scopes: Scopes): SharedLists {
  return {
    operations: shared(async (scope) => {
      const operations: Operation[] = [];
      for await (const operation of scopes.of(scope).list()) operations.push(operation);
      return operations;
    }),
    batches: shared((scope) => scopes.of(scope).batches.list()),
    waitingApprovals: shared((scope) => scopes.of(scope).approvals.listed()),
    approvals: shared((scope) => scopes.of(scope).approvals.listed({ all: true })),
  };
}

function shared<List>(read: (scope: AccountRegion) => Promise<List>): (scope: AccountRegion) => Promise<List> {
  const lists = new Map<string, Promise<List>>();
  return (scope) => {
    const key = `${scope.account}/${scope.region}`;
    const known = lists.get(key);
    if (known !== undefined) return known;
    const list = read(scope);
    lists.set(key, list);
    const forget = () => void lists.delete(key);
    // From its end on, however long it took: the next one would take as long.
    list.then(() => setTimeout(forget, freshMs).unref(), forget);
    return list;
  };
}
