// Which seqs of a room are here: sorted ranges that do not touch. Pure.

import type { SeqRange } from './records';

/** The ranges with one more, merged with those it touches. */
export function addRange(ranges: readonly SeqRange[], added: SeqRange): readonly SeqRange[] {
  if (added.to < added.from) return ranges;
  const apart: SeqRange[] = [];
  let { from, to } = added;
  for (const range of ranges) {
    if (range.to + 1 < from || range.from > to + 1) {
      apart.push(range);
    } else {
      from = Math.min(from, range.from);
      to = Math.max(to, range.to);
    }
  }
  apart.push({ from, to });
  return apart.sort((left, right) => left.from - right.from);
}

/** The range that has a seq. */
export function rangeOf(ranges: readonly SeqRange[], seq: number): SeqRange | undefined {
  return ranges.find((range) => range.from <= seq && seq <= range.to);
}

/** The newest range. */
export function newestRange(ranges: readonly SeqRange[]): SeqRange | undefined {
  return ranges.at(-1);
}
