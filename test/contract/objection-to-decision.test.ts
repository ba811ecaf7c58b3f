import { expect, it } from 'vitest';
import type { Decision } from '../../contract/approval.ts';
import { objectionToDecision } from '../../contract/objection-to-decision.ts';

const alice = { name: 'alice', identity: 'token alice' };
const bob = { name: 'bob', identity: 'token bob' };
const approved: Decision = { verdict: 'approved', by: bob };
const rejected: Decision = { verdict: 'rejected', by: bob, reason: 'in use' };

it.each<[string, unknown, { decision?: Decision; nowMs?: number }, string | undefined]>([
  ['of another principal counts', approved, {}, undefined],
  ['of whoever asked does not', { ...approved, by: alice }, {}, 'SamePrincipal'],
  ['of whoever asked under another name does not', { ...approved, by: { ...alice, name: 'a' } }, {}, 'SamePrincipal'],
  [
    'of the same name from elsewhere counts',
    { ...approved, by: { ...alice, identity: 'oidc x alice' } },
    {},
    undefined,
  ],
  ['may be repeated, also late', approved, { decision: approved, nowMs: 2_000 }, undefined],
  ['to the contrary does not count any more', rejected, { decision: approved }, 'AlreadyDecided'],
  ['comes too late, even before the timer has fired', approved, { nowMs: 1_000 }, 'ApprovalOver'],
  ['that is not an object is malformed', undefined, {}, 'InvalidDecision'],
  ['that says neither is malformed', { ...approved, verdict: 'maybe' }, {}, 'InvalidDecision'],
  ['of nobody is malformed', { verdict: 'approved', by: { name: 'bob' } }, {}, 'InvalidDecision'],
  ['with a reason that is not a text is malformed', { ...approved, reason: 7 }, {}, 'InvalidDecision'],
])('a decision %s', (_, asked, { decision, nowMs = 0 }, type) => {
  expect(objectionToDecision(asked, { requestedBy: alice, decision, expiresAtMs: 1_000, nowMs })?.type).toBe(type);
});
