import { describe, expect, it } from 'vitest';
import { RowHeights } from './rowheights';

function keys(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `m${from + index}`);
}

describe('RowHeights', () => {
  it('counts unmeasured rows with the estimate', () => {
    const rows = new RowHeights(() => 50);
    rows.setKeys(keys(0, 4));
    expect(rows.total_px).toBe(200);
    expect(rows.offsetOf(3)).toBe(150);
  });

  it('moves the rows below a measured one and none above', () => {
    const rows = new RowHeights(() => 50);
    rows.setKeys(keys(0, 4));
    expect(rows.measure(1, 80)).toBe(true);
    expect([0, 1, 2, 3, 4].map((index) => rows.offsetOf(index))).toEqual([0, 50, 130, 180, 230]);
    expect(rows.measure(1, 80)).toBe(false);
  });

  it('keeps what was measured when older rows come in above', () => {
    const rows = new RowHeights(() => 50);
    rows.setKeys(keys(10, 12));
    rows.measure(0, 100);
    rows.setKeys(keys(8, 12));
    expect(rows.indexOf('m10')).toBe(2);
    expect(rows.offsetOf(2)).toBe(100);
    expect(rows.total_px).toBe(250);
  });

  it('finds the row at a position', () => {
    const rows = new RowHeights(() => 50);
    rows.setKeys(keys(0, 4));
    rows.measure(0, 10);
    expect([0, 9, 10, 59, 60, 1000].map((y) => rows.rowAt(y))).toEqual([0, 0, 1, 1, 2, 3]);
  });

  it('draws only what a viewport needs of 100,000 rows', () => {
    const rows = new RowHeights(() => 60);
    rows.setKeys(keys(0, 100_000));
    const { start, end } = rows.range(3_000_000, 900, 600);
    expect(start).toBe(49_990);
    expect(end - start).toBeLessThan(40);
  });

  it('has no rows to draw when empty', () => {
    expect(new RowHeights(() => 50).range(0, 900, 600)).toEqual({ start: 0, end: 0 });
  });
});
