import { describe, expect, it } from 'vitest';
import { continues, startsDay, type Groupable } from './grouping';

const noon = new Date(2026, 10, 20, 12).getTime();

function message(minutes: number, change: Partial<Groupable> = {}): Groupable {
  return { senderId: 'ada', createdAt_ms: noon + minutes * 60_000, isText: true, isReply: false, ...change };
}

describe('grouping', () => {
  it('goes on under the same name for less than five minutes', () => {
    expect(continues(message(0), message(4.9))).toBe(true);
    expect(continues(message(0), message(5))).toBe(false);
  });

  it('begins anew for another author, a reply, and after a system event', () => {
    expect(continues(message(0), message(1, { senderId: 'idris' }))).toBe(false);
    expect(continues(message(0), message(1, { isReply: true }))).toBe(false);
    expect(continues(message(0, { isText: false }), message(1))).toBe(false);
    expect(continues(undefined, message(0))).toBe(false);
  });

  it('begins a day at midnight of the reader', () => {
    const midnight = new Date(2026, 10, 21, 0, 0, 30).getTime();
    const before = message(0, { createdAt_ms: midnight - 60_000 });
    const after = message(0, { createdAt_ms: midnight });
    expect(startsDay(before, after)).toBe(true);
    expect(continues(before, after)).toBe(false);
    expect(startsDay(message(0), message(1))).toBe(false);
    expect(startsDay(undefined, message(0))).toBe(true);
  });
});
