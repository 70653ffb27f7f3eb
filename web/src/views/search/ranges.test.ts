import { describe, expect, it } from 'vitest';
import { splitRanges } from './ranges';

describe('splitRanges', () => {
  it('marks what matched and keeps the rest', () => {
    expect(splitRanges('hang the string lights now', [{ start: 9, end: 15 }, { start: 16, end: 22 }])).toEqual([
      { text: 'hang the ', hit: false },
      { text: 'string', hit: true },
      { text: ' ', hit: false },
      { text: 'lights', hit: true },
      { text: ' now', hit: false },
    ]);
  });

  it('gives the text back when nothing matched', () => {
    expect(splitRanges('plain', [])).toEqual([{ text: 'plain', hit: false }]);
    expect(splitRanges('', [])).toEqual([]);
  });

  it('shortens around the first match, at words', () => {
    const text = `${'before '.repeat(100)}needle ${'after '.repeat(100)}`;
    const start = text.indexOf('needle');
    const parts = splitRanges(text, [{ start, end: start + 6 }], 120);
    expect(parts[0]).toEqual({ text: '… ', hit: false });
    expect(parts.find((part) => part.hit)?.text).toBe('needle');
    expect(parts.map((part) => part.text).join('').length).toBeLessThan(140);
    expect(parts[parts.length - 1]?.text).toBe(' …');
  });

  it('survives ranges outside the text', () => {
    expect(splitRanges('abc', [{ start: 1, end: 99 }])).toEqual([{ text: 'a', hit: false }, { text: 'bc', hit: true }]);
  });
});
