import { expect, it } from 'vitest';
import type { SentRequest } from '../../../contract/create-record.ts';
import { countMade, isOutcomeOpen, lastOpenedAtMs, settle } from '../../../workflows/create/sent-requests.ts';

const open = (openedAtMs: number): SentRequest => ({ outcome: 'open', openedAtMs });
const settled = (request: SentRequest): SentRequest => ({ ...request, settled: true });

it.each<[what: string, requests: SentRequest[], isOpen: boolean, openedAtMs: number | undefined, made: number]>([
  ['no request', [], false, undefined, 0],
  ['a request in flight', [{ outcome: 'inFlight' }], true, undefined, 0],
  ['an answered request', [{ outcome: 'made' }], false, undefined, 1],
  ['a request that was not sent', [{ outcome: 'notSent' }], false, undefined, 0],
  ['a refused request', [{ outcome: 'refused' }], false, undefined, 0],
  ['a request that was refused for now', [{ outcome: 'refusedForNow' }], false, undefined, 0],
  ['a conflict', [{ outcome: 'conflict' }], true, undefined, 0],
  ['a conflict whose namesake no look showed', [settled({ outcome: 'conflict' })], false, undefined, 0],
  ['an open request', [open(1)], true, 1, 1],
  ['an open request whose cluster no look showed', [settled(open(1))], false, 1, 1],
  ['two open requests', [settled(open(1)), open(2)], true, 2, 2],
  ['two open requests whose clusters no look showed', [settled(open(1)), settled(open(2))], false, 2, 2],
  ['an open request, and one in flight', [settled(open(1)), { outcome: 'inFlight' }], true, 1, 1],
  ['an open request, and one that was not sent', [settled(open(1)), { outcome: 'notSent' }], true, 1, 1],
  ['an open request, and one refused for now', [settled(open(1)), { outcome: 'refusedForNow' }], true, 1, 1],
  ['an open request, and a refused one', [settled(open(1)), { outcome: 'refused' }], true, 1, 1],
  ['an open request, a refused one, and no look left', [open(1), settled({ outcome: 'refused' })], false, 1, 1],
  ['an open request, and an answered one', [settled(open(1)), { outcome: 'made' }], true, 1, 2],
])('%s: whether an outcome is open, since when, and how many clusters there may be', (_, requests, ...expected) => {
  expect([isOutcomeOpen(requests), lastOpenedAtMs(requests), countMade(requests)]).toEqual(expected);
});

it('counts as settled until the next request is sent', () => {
  const requests: SentRequest[] = [open(1)];
  settle(requests);
  expect(isOutcomeOpen(requests)).toBe(false);
  requests.push({ outcome: 'notSent' });
  expect(isOutcomeOpen(requests)).toBe(true);
});

it('has nothing to settle before the first request', () => {
  const requests: SentRequest[] = [];
  settle(requests);
  expect(requests).toEqual([]);
});
