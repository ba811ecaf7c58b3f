import { reasonsKept, type SharedReason } from '../../contract/batch/reasons.ts';
import type { RefusedItem } from '../../contract/batch/reports.ts';

/** Adds an item to those of its reason. An item has one reason: the latest. */
export function withReason(
  reasons: readonly SharedReason[],
  { index, name, failure, kept }: RefusedItem,
): SharedReason[] {
  const others = withoutReason(reasons, index);
  const wanted = { ...failure, message: name === '' ? failure.message : failure.message.replaceAll(name, '{name}') };
  const matches = ({ failure: { type, message }, kept: isKept }: SharedReason, text: string) =>
    type === failure.type && message === text && isKept === kept;
  const hasRoom = others.length < reasonsKept || others.some((one) => matches(one, wanted.message));
  const message = hasRoom ? wanted.message : tooMany;
  const position = others.findIndex((one) => matches(one, message));
  const group = others[position];
  if (group === undefined) {
    return [...others, { failure: { ...failure, message }, ...(kept === true && { kept }), ranges: [[index, index]] }];
  }
  return others.with(position, { ...group, ranges: addTo(group.ranges, index) });
}

const tooMany = 'the log of the workers has the reason: the batch met too many different ones to keep them all';

/** Forgets the reason of an item, because it was started after all. */
export function withoutReason(reasons: readonly SharedReason[], index: number): SharedReason[] {
  if (!reasons.some(({ ranges }) => ranges.some(([first, last]) => first <= index && index <= last)))
    return [...reasons];
  return reasons
    .map((reason) => ({ ...reason, ranges: reason.ranges.flatMap((range) => removeFrom(range, index)) }))
    .filter(({ ranges }) => ranges.length > 0);
}

function addTo(ranges: SharedReason['ranges'], index: number): SharedReason['ranges'] {
  const last = ranges.at(-1);
  return last?.[1] === index - 1 ? ranges.with(-1, [last[0], index]) : [...ranges, [index, index]];
}

function removeFrom([first, last]: [number, number], index: number): SharedReason['ranges'] {
  if (index < first || last < index) return [[first, last]];
  const parts: SharedReason['ranges'] = [
    [first, index - 1],
    [index + 1, last],
  ];
  return parts.filter(([from, to]) => from <= to);
}
