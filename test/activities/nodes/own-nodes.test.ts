import { describe, expect, it } from 'vitest';
import { ownNodes, seenNodes, type NodeClaim } from '../../../activities/nodes/own-nodes.ts';

const ofList = (...ids: string[]) =>
  ids.map((cceInstanceID, index) => ({
    cceInstanceID,
    state: 'ready' as const,
    createdAt: `2026-01-01T00:00:0${index}Z`,
  }));

describe('the nodes that a create asked for', () => {
  it.each<[what: string, listed: string[], claim: NodeClaim, own: string[]]>([
    ['are the oldest', ['a', 'b', 'of-a-user'], { wanted: 2 }, ['a', 'b']],
    ['are all if there are no more', ['a'], { wanted: 2 }, ['a']],
    ['are those that it knows', ['of-a-user', 'a', 'b'], { wanted: 2, known: ['a', 'b'] }, ['a', 'b']],
    ['are those that it knows, and the oldest of the others', ['a', 'c', 'b'], { wanted: 2, known: ['b'] }, ['b', 'a']],
    ['do not include replaced ones', ['a', 'b'], { wanted: 2, known: ['a'], replaced: ['a'] }, ['b']],
    ['do not include those of others', ['theirs', 'a'], { wanted: 2, foreign: ['theirs'] }, ['a']],
    ['keep their number if a known one has gone', ['of-a-user'], { wanted: 1, known: ['a'] }, []],
  ])('%s', (_, listed, claim, own) => {
    expect(ownNodes(ofList(...listed), claim).map(({ cceInstanceID }) => cceInstanceID)).toEqual(own);
  });

  it('are told from masters, counted once, and read by their phase', () => {
    const node = (cceInstanceID: string, instancePhase?: string, clusterRole = 'node') => ({
      spec: { cceInstanceID, clusterRole },
      status: { machine: { instanceID: `i-${cceInstanceID}` }, ...(instancePhase !== undefined && { instancePhase }) },
    });
    const phases = ['running', 'create_failed', 'pending', 'provisioning', 'provisioned', 'new-phase', undefined];
    const leaving = ['deleting', 'delete_failed'];
    const listed = [...phases, ...leaving, 'deleted'].map((phase, index) => node(`n${index}`, phase));
    const seen = seenNodes([node('m', 'running', 'master'), ...listed, node('n0', 'running'), { status: {} }]);
    expect(seen.map(({ state }) => state)).toEqual([
      'ready',
      'failed',
      ...Array.from({ length: 5 }, () => 'beingMade'),
      ...leaving.map(() => 'leaving'),
      'gone',
    ]);
    expect(seen[0]).toMatchObject({ cceInstanceID: 'n0', instanceID: 'i-n0' });
  });
});
