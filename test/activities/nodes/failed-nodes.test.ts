import { describe, expect, it } from 'vitest';
import { createFailedNodes } from '../../../activities/nodes/failed-nodes.ts';
import type { SeenNode } from '../../../activities/nodes/own-nodes.ts';
import type { CceClient } from '../../../cce/client.ts';
import { partialClient } from '../../partial-client.ts';

type Answer = Awaited<ReturnType<CceClient['getInstanceEventSteps']>>;

const nodes = (count: number) =>
  Array.from({ length: count }, (_, index): SeenNode => ({
    cceInstanceID: `node-${String(index).padStart(2, '0')}`,
    state: 'failed',
    createdAt: '',
  }));
const failedStep = (errInfo?: object) =>
  ({ status: 'create_failed', steps: [{ stepName: '准备机器', stepStatus: 'failed', errInfo }] }) as Answer;

/** Looks at failed nodes; each answer is that to one call, and the last holds for all further ones. */
function looking(...answers: (Answer | 'fails')[]) {
  let calls = 0;
  const getInstanceEventSteps = async () => {
    const answer = answers[Math.min(calls++, answers.length - 1)]!;
    if (answer === 'fails') throw new Error('no answer');
    return answer;
  };
  const { signal } = new AbortController();
  const failed = createFailedNodes(partialClient({ getInstanceEventSteps }), (text) => text, signal);
  return async (count: number) => {
    const before = calls;
    const described = await failed.describe(nodes(count));
    return { described, calls: calls - before };
  };
}

async function callsOf(looks: number, look: ReturnType<typeof looking>, count: number) {
  const calls: number[] = [];
  for (let left = looks; left > 0; left--) calls.push((await look(count)).calls);
  return calls;
}

describe('a failed node', () => {
  it('is asked about once if it gives a reason', async () => {
    const look = looking(failedStep({ code: 'NoStock' }));
    expect(await look(1)).toEqual({
      described: [{ cceInstanceID: 'node-00', step: '准备机器', code: 'NoStock' }],
      calls: 1,
    });
    expect((await look(1)).calls).toBe(0);
  });

  it.each<[what: string, answer: Answer | 'fails']>([
    ['whose steps cannot be read', 'fails'],
    ['whose steps give no reason', failedStep()],
  ])('%s is asked about a few times more, ever less often', async (_, answer) => {
    const calls = await callsOf(40, looking(answer), 1);
    expect(calls.flatMap((count, index) => (count > 0 ? [index + 1] : []))).toEqual([1, 2, 4, 8, 16]);
  });

  it('whose first answer has no reason gets one from a later answer', async () => {
    const look = looking('fails', failedStep(), failedStep({ message: 'sold out' }));
    expect((await look(1)).described).toEqual([{ cceInstanceID: 'node-00' }]);
    expect((await look(1)).described).toEqual([{ cceInstanceID: 'node-00', step: '准备机器' }]);
    await look(1);
    expect((await look(1)).described).toMatchObject([{ message: 'sold out' }]);
  });

  it('is one of two that are asked about again in one look', async () => {
    expect(await callsOf(4, looking('fails'), 10)).toEqual([10, 2, 2, 2]);
  });

  it('has texts that are cut', async () => {
    const { described } = await looking(failedStep({ code: 'C', message: 'm'.repeat(5_000) }))(1);
    expect(described[0]?.message).toHaveLength(300);
  });
});
