import { describe, expect, it } from 'vitest';
import { reasonsKept, type SharedReason } from '../../../contract/batch/reasons.ts';
import type { RefusedItem } from '../../../contract/batch/reports.ts';
import { withReason, withoutReason } from '../../../workflows/batch/reasons.ts';

const refused = (index: number, message = `"item-${index}" is in progress with another spec`): RefusedItem => ({
  index,
  name: `item-${index}`,
  failure: { type: 'SpecConflict', message },
});
const after = (items: readonly RefusedItem[]) => items.reduce<SharedReason[]>(withReason, []);

describe('the reasons of refused items', () => {
  it('are kept once for all items that share one', () => {
    expect(after([0, 1, 2, 7].map((index) => refused(index)))).toEqual([
      {
        failure: { type: 'SpecConflict', message: '"{name}" is in progress with another spec' },
        ranges: [
          [0, 2],
          [7, 7],
        ],
      },
    ]);
  });

  it('count the latest one of an item', () => {
    const reasons = after([refused(0), refused(1), refused(0, 'something else')]);
    expect(reasons.map(({ ranges }) => ranges)).toEqual([[[1, 1]], [[0, 0]]]);
  });

  it('are forgotten when the item is started after all', () => {
    const reasons = after([0, 1, 2].map((index) => refused(index)));
    expect(withoutReason(reasons, 1)).toMatchObject([
      {
        ranges: [
          [0, 0],
          [2, 2],
        ],
      },
    ]);
    expect([0, 1, 2].reduce(withoutReason, reasons)).toEqual([]);
  });

  it('stay few, however many there are, and each item has one', () => {
    const reasons = after(Array.from({ length: 500 }, (_, index) => refused(index, `reason ${index * 7}`)));
    expect(reasons).toHaveLength(reasonsKept + 1);
    const items = reasons.flatMap(({ ranges }) => ranges).reduce((sum, [first, last]) => sum + last - first + 1, 0);
    expect(items).toBe(500);
  });

  it('tell those that a rollback spared from those that were refused', () => {
    expect(after([refused(0), { ...refused(1), kept: true }])).toMatchObject([{ ranges: [[0, 0]] }, { kept: true }]);
  });
});
