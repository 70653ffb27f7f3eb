import { describe, expect, it } from 'vitest';
import { complete, completionAt, matchRank } from './completion';

describe('completion', () => {
  it('sees a mention at the start, after a space and after a bracket', () => {
    expect(completionAt('@', 1)).toEqual({ kind: 'mention', query: '', start: 0, end: 1 });
    expect(completionAt('ask @no', 7)).toEqual({ kind: 'mention', query: 'no', start: 4, end: 7 });
    expect(completionAt('(@é', 3)).toMatchObject({ query: 'é' });
  });

  it('leaves addresses, times and finished words alone', () => {
    expect(completionAt('mail@example', 12)).toBeUndefined();
    expect(completionAt('at 10:30', 8)).toBeUndefined();
    expect(completionAt('@noor is', 8)).toBeUndefined();
    expect(completionAt(':)', 2)).toBeUndefined();
    expect(completionAt('so: a', 5)).toBeUndefined();
  });

  it('asks for emoji from two letters on', () => {
    expect(completionAt(':s', 2)).toBeUndefined();
    expect(completionAt('well :sm', 8)).toEqual({ kind: 'emoji', query: 'sm', start: 5, end: 8 });
  });

  it('puts the word in place with one space after it', () => {
    const query = completionAt('ask @no now', 7)!;
    expect(complete('ask @no now', query, '@noor')).toEqual({ text: 'ask @noor now', caret: 10 });
    expect(complete('@n', completionAt('@n', 2)!, '@noor')).toEqual({ text: '@noor ', caret: 6 });
  });

  it('ranks first names before family names and folds accents', () => {
    expect(matchRank('Tomás Arrieta', 'toma')).toBe(0);
    expect(matchRank('Tomás Arrieta', 'ARR')).toBe(1);
    expect(matchRank('Tomás Arrieta', 'rieta')).toBeUndefined();
  });
});
