import { describe, expect, it } from 'vitest';
import { dayText, daysBetween, startOfDay } from './days';

describe('days', () => {
  it('counts calendar days, not 24 hours', () => {
    const evening = new Date(2026, 10, 20, 23, 59).getTime();
    const morning = new Date(2026, 10, 21, 0, 1).getTime();
    expect(daysBetween(evening, morning)).toBe(1);
    expect(daysBetween(morning, evening)).toBe(-1);
    expect(daysBetween(evening, evening - 23 * 3_600_000)).toBe(0);
  });

  it('reads and writes a day', () => {
    expect(dayText(startOfDay('2026-02-28')!)).toBe('2026-02-28');
    expect(startOfDay('2026-02-30')).toBeUndefined();
    expect(startOfDay('soon')).toBeUndefined();
  });
});
