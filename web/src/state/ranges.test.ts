import { expect, it } from 'vitest';
import { addRange, newestRange, rangeOf } from './ranges';

it('merges ranges that touch or overlap and keeps the others apart', () => {
  const apart = addRange(addRange([], { from: 10, to: 20 }), { from: 30, to: 40 });
  expect(apart).toEqual([{ from: 10, to: 20 }, { from: 30, to: 40 }]);
  expect(addRange(apart, { from: 21, to: 29 })).toEqual([{ from: 10, to: 40 }]);
  expect(addRange(apart, { from: 15, to: 22 })).toEqual([{ from: 10, to: 22 }, { from: 30, to: 40 }]);
  expect(addRange(apart, { from: 1, to: 5 })).toEqual([{ from: 1, to: 5 }, { from: 10, to: 20 }, { from: 30, to: 40 }]);
});

it('ignores an empty range', () => {
  expect(addRange([], { from: 5, to: 4 })).toEqual([]);
});

it('finds the range of a seq and the newest one', () => {
  const ranges = [{ from: 1, to: 5 }, { from: 10, to: 20 }];
  expect(rangeOf(ranges, 10)).toEqual({ from: 10, to: 20 });
  expect(rangeOf(ranges, 7)).toBeUndefined();
  expect(newestRange(ranges)).toEqual({ from: 10, to: 20 });
});
