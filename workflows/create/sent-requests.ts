import type { SentRequest } from '../../contract/create-record.ts';

/** Whether a cluster of this create may exist that no look has shown yet. */
export function isOutcomeOpen(requests: readonly SentRequest[]): boolean {
  if (requests.at(-1)?.settled === true) return false;
  return requests.some(({ outcome }) => outcome === 'inFlight' || outcome === 'open' || outcome === 'conflict');
}

/** When the last request ended without an answer, in milliseconds since the epoch; `undefined` if each was answered. */
export function lastOpenedAtMs(requests: readonly SentRequest[]): number | undefined {
  return requests.findLast((request) => request.outcome === 'open')?.openedAtMs;
}

/** The maximum number of clusters that these requests made, if the service delivered each request once. */
export function countMade(requests: readonly SentRequest[]): number {
  return requests.filter(({ outcome }) => outcome === 'made' || outcome === 'open').length;
}

/** Notes that every look is over. A further request opens the question again, for the earlier requests too. */
export function settle(requests: readonly SentRequest[]): void {
  const last = requests.at(-1);
  if (last !== undefined) last.settled = true;
}

/** Twice the time that a create looks for its cluster: enough to see what a last request made. */
export const lastRequestTimeMs = 180_000;
