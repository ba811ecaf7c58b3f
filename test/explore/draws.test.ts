import { expect, it } from 'vitest';
import { repeatedDraws, seededDraws, type Draws } from './draws.ts';

const drawTen = ({ draw }: Draws) => Array.from({ length: 10 }, () => draw([5, 3, 2]));

it('decides the same for the same seed', () => {
  expect(drawTen(seededDraws('7'))).toEqual(drawTen(seededDraws('7')));
  expect(drawTen(seededDraws('7'))).not.toEqual(drawTen(seededDraws('8')));
});

it('never decides for what has no weight', () => {
  const { draw } = seededDraws('7');
  expect(Array.from({ length: 100 }, () => draw([1, 0, 1]))).not.toContain(1);
});

it('repeats decisions, and decides harmlessly where one is missing or impossible', () => {
  const draws = repeatedDraws([2, 1, 5]);
  expect([draws.draw([1, 1, 1]), draws.draw([1, 0]), draws.draw([1, 1]), draws.draw([1, 1])]).toEqual([2, 0, 0, 0]);
  expect(draws.drawn).toEqual([2, 0, 0, 0]);
});
