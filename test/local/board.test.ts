import { expect, it } from 'vitest';
import type { OperationStatus } from '../../client/index.ts';
import { createBoard } from '../../local/board.ts';

const base = { kind: 'create', clusterName: 'a', workflowID: 'cce:test:bj:a', execution: 'running' };
const at = (stage: string, more: object = {}) =>
  ({
    ...base,
    currentStep: { stage, steps: [], updatedAt: '2026-01-01T00:00:00Z' },
    ...more,
  }) as unknown as OperationStatus;

it('a board that is not on a terminal prints each change of each operation once', () => {
  const lines: string[] = [];
  const board = createBoard({
    isTTY: false,
    write: (line: string) => lines.push(line),
  } as unknown as NodeJS.WriteStream);
  board.show(at('submitting'));
  board.show(at('submitting', { workflowID: 'cce:test:bj:b', clusterName: 'b' }));
  board.show(at('submitting'));
  board.show(at('provisioning'));
  board.show(at('submitting'));
  const ended = at('done', { execution: 'completed', outcome: { outcome: 'running', steps: [] } });
  board.show(ended);
  expect(lines).toEqual([
    'create a: submitting\n',
    'create b: submitting\n',
    'create a: provisioning\n',
    'create a: submitting\n',
    'create a: running\n',
  ]);
});
