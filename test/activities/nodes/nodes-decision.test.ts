import { describe, expect, it } from 'vitest';
import { decideNodes, noLooks, type NodesGoal, type NodesState } from '../../../activities/nodes/nodes-decision.ts';
import type { SeenNode } from '../../../activities/nodes/own-nodes.ts';

const states = { R: 'ready', M: 'beingMade', F: 'failed', L: 'leaving' } as const satisfies Record<
  string,
  SeenNode['state']
>;

/** A list of nodes, oldest first, each by the letter of its state. */
function list(letters: string): SeenNode[] {
  return Array.from(letters, (letter, index) => ({
    cceInstanceID: `node-${index}`,
    state: states[letter as keyof typeof states],
    createdAt: `2026-01-01T00:00:0${index}Z`,
  }));
}

const lookMs = 10_000;

/** Decides on one look after the other, ten seconds apart, and returns the last decision. */
function after(looks: readonly string[], wish: Partial<NodesGoal> = {}, shortestMs = 2_700, longestLagMs = 2 * lookMs) {
  const goal: NodesGoal = {
    wanted: 4,
    needed: 4,
    isAdopted: false,
    untilMs: Infinity,
    ...wish,
  };
  let state: NodesState = noLooks;
  let decision = decideNodes(state, list(looks[0] ?? ''), goal, 0, { shortestMs, longestLagMs });
  for (const [index, letters] of looks.slice(1).entries()) {
    ({ state } = decision);
    decision = decideNodes(state, list(letters), goal, (index + 1) * lookMs, { shortestMs, longestLagMs });
  }
  const { ready, beingMade, failed } = decision.counts;
  return { verdict: decision.verdict, counts: [ready, beingMade, failed], isDoubtful: decision.isDoubtful };
}

const partly = { needed: 3 };
const accepting = { needed: 1, target: 4 };
const acceptingHalf = { needed: 2, target: 4 };
const refilled = { isRefilled: true };
const adopted = { isAdopted: true };

describe('the nodes that looks have shown', () => {
  it.each<[what: string, looks: string[], wish: Partial<NodesGoal>, verdict: string, counts: number[]]>([
    ['are ready if all run', ['RRRR'], {}, 'ready', [4, 0, 0]],
    ['are awaited while one is being made', ['RRRM'], {}, 'wait', [3, 1, 0]],
    ['are awaited while the list shows fewer', ['RRR'], {}, 'wait', [3, 1, 0]],
    ['are awaited while the list shows none', ['', '', ''], {}, 'wait', [0, 4, 0]],
    ['are ready if enough run', ['RRRM'], partly, 'ready', [3, 1, 0]],
    ['are not failed after one look', ['RRRF'], {}, 'wait', [3, 1, 0]],
    ['are failed after two looks', ['RRRF', 'RRRF'], {}, 'failed', [3, 0, 1]],
    ['are failed although others are being made', ['MMMF', 'MMMF'], {}, 'failed', [0, 3, 1]],
    ['are not failed by one look in between', ['RRRF', 'RRRM', 'RRRF'], {}, 'wait', [3, 1, 0]],
    ['are not failed by two nodes in turn', ['RRFM', 'RRMF'], {}, 'wait', [2, 2, 0]],
    ['are awaited if enough may still run', ['RRMF', 'RRMF'], partly, 'wait', [2, 1, 1]],
    ['are ready if enough run beside a failed one', ['RRMF', 'RRRF'], partly, 'ready', [3, 0, 1]],
    ['are failed if too few may still run', ['RMFF', 'RMFF'], partly, 'failed', [1, 1, 2]],
    ['are accepted if none is on its way', ['RRFF', 'RRFF'], accepting, 'ready', [2, 0, 2]],
    ['are accepted if none is on its way and enough run', ['RRFF', 'RRFF'], acceptingHalf, 'ready', [2, 0, 2]],
    ['are failed if all failed, even if failures are accepted', ['FFFF', 'FFFF'], accepting, 'failed', [0, 0, 4]],
    ['are failed if too many failed to be accepted', ['RFFF', 'RFFF'], acceptingHalf, 'failed', [1, 0, 3]],
    ['are awaited by those who accept failures', ['RMFF', 'RMFF'], accepting, 'wait', [1, 1, 2]],
    ['are awaited if one leaves', ['RRRL', 'RRRL'], {}, 'wait', [3, 1, 0]],
    ['do not include younger ones', ['RRRRF', 'RRRRF'], {}, 'ready', [4, 0, 0]],
    ['are not completed by younger ones', ['MRRRR'], {}, 'wait', [3, 1, 0]],
    ['are not late before the limit', ['RRRM', 'RRRM'], { untilMs: 10_001 }, 'wait', [3, 1, 0]],
    ['are not late after one look beyond the limit', ['RRRM', 'RRRM'], { untilMs: 10_000 }, 'wait', [3, 1, 0]],
    ['are late after two looks beyond the limit', ['RRRM', 'RRRM'], { untilMs: 0 }, 'late', [3, 1, 0]],
    ['are ready beyond the limit', ['RRRR'], { untilMs: 0 }, 'ready', [4, 0, 0]],
    ['are accepted at the limit', ['RRRM', 'RRRM'], { ...accepting, untilMs: 0 }, 'ready', [3, 1, 0]],
    ['are not accepted at the limit if none runs', ['MMMM', 'MMMM'], { ...accepting, untilMs: 0 }, 'late', [0, 4, 0]],
    ['are unseen beyond the limit if the list shows none', ['', ''], { untilMs: 0 }, 'unseen', [0, 4, 0]],
    ['are unseen beyond the limit if the list shows fewer', ['RRM', 'RRM'], { untilMs: 0 }, 'unseen', [2, 2, 0]],
    ['are not failed while the list shows fewer', ['F', 'F', 'F'], {}, 'wait', [0, 3, 1]],
    ['are unseen, not failed, if some are missing', ['F', 'F'], { untilMs: 0 }, 'unseen', [0, 3, 1]],
    ['of node groups are awaited though one failed', ['RRRF', 'RRRF'], refilled, 'wait', [3, 0, 1]],
    ['of node groups are failed at the limit', ['RRRF', 'RRRF'], { ...refilled, untilMs: 0 }, 'failed', [3, 0, 1]],
    ['of node groups are ready with one in place of a failed one', ['FRRRR'], refilled, 'ready', [4, 0, 0]],
    ['of an adopted cluster are awaited after one look', ['RR'], adopted, 'wait', [2, 2, 0]],
    ['of an adopted cluster are awaited after two looks', ['RR', 'RR'], adopted, 'wait', [2, 2, 0]],
    ['of an adopted cluster are ready if no more show for long', ['RR', 'RR', 'RR'], adopted, 'ready', [2, 0, 0]],
    ['of an adopted cluster are awaited if others are missing', ['RR', 'R', 'RR'], adopted, 'wait', [2, 2, 0]],
    ['of an adopted cluster are not ready after one short look', ['MMMM', 'RR'], adopted, 'wait', [2, 2, 0]],
    ['of an adopted cluster are not ready after an empty look', ['MMMM', ''], adopted, 'wait', [0, 4, 0]],
    ['of an adopted cluster are never ready if none shows', ['', '', '', ''], adopted, 'wait', [0, 4, 0]],
    ['of an adopted cluster are awaited while being made', ['RM', 'RM', 'RM'], adopted, 'wait', [1, 1, 0]],
    ['of an adopted cluster fail like others', ['RF', 'RF', 'RF'], adopted, 'failed', [1, 0, 1]],
  ])('%s', (_, looks, wish, verdict, counts) => {
    expect(after(looks, wish)).toMatchObject({ verdict, counts });
  });

  it('are looked at soon again if one has failed, and not if that is confirmed', () => {
    expect(after(['RRRM'], partly).isDoubtful).toBe(false);
    expect(after(['RRMF'], partly).isDoubtful).toBe(true);
    expect(after(['RRMF', 'RRMF'], partly).isDoubtful).toBe(false);
  });

  it('are not failed by two looks at the same moment', () => {
    expect(after(['RRRF', 'RRRF'], {}, lookMs + 1)).toMatchObject({ verdict: 'wait', counts: [3, 1, 0] });
  });
});
