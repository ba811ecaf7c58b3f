import { expect, it } from 'vitest';
import { leftoversText } from '../../cli/leftovers-text.ts';
import { outcomeLines } from '../../cli/output.ts';
import type { Leftovers } from '../../client/index.ts';

const leftovers: Leftovers = {
  resources: [
    { kind: 'eip', id: '203.0.113.7', clusterID: 'cce-1' },
    { kind: 'node', id: 'i-1', clusterID: 'cce-1', prepaid: true },
    { kind: 'node', id: 'i-2', clusterID: 'cce-1' },
  ],
};
const named = 'nodes i-1 (prepaid), i-2; EIPs 203.0.113.7';

it('leftovers are named by kind, and prepaid machines as such', () => {
  expect(leftoversText(leftovers)).toBe(named);
});

it('leftovers that may not be all say so', () => {
  expect(leftoversText({ resources: [], incomplete: 'why' })).toBe('perhaps more: why');
});

it.each([
  ['a delete', { outcome: 'deleted', steps: [], leftovers }],
  ['a clean-up', { outcome: 'cancelled', steps: [], cleanup: { status: 'deleted', clusterIDs: [], leftovers } }],
  ['a duplicate', { outcome: 'running', steps: [], duplicates: [{ clusterID: 'cce-2', deleted: true, leftovers }] }],
] as const)('the outcome of %s names what it left behind', (_, outcome) => {
  expect(outcomeLines(outcome as unknown as Parameters<typeof outcomeLines>[0])).toContain(`  left behind: ${named}`);
});
