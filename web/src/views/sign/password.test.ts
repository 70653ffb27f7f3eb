import { describe, expect, it } from 'vitest';
import { strengthOf } from './password';

describe('strengthOf', () => {
  it('says how many characters are missing', () => {
    expect(strengthOf('äbc', 10)).toEqual({ level: 0, missing: 7 });
  });

  it('values length over decoration and sees repetition', () => {
    expect(strengthOf('aaaaaaaaaaaa', 10).level).toBe(1);
    expect(strengthOf('quietgarden', 10).level).toBe(2);
    expect(strengthOf('quiet garden ladder', 10).level).toBe(4);
    expect(strengthOf('Quiet-garden7', 10).level).toBeGreaterThanOrEqual(3);
  });
});
