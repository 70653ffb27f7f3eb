import { describe, expect, it } from 'vitest';
import { fuzzyMatch } from './fuzzy';

function best(query: string, names: string[]): string[] {
  return names
    .map((name) => ({ name, match: fuzzyMatch(query, name) }))
    .filter(({ match }) => match !== undefined)
    .sort((left, right) => right.match!.score - left.match!.score)
    .map(({ name }) => name);
}

describe('fuzzy matching', () => {
  it('wants all letters in order', () => {
    expect(fuzzyMatch('dsgn', 'Design')).toBeDefined();
    expect(fuzzyMatch('ngis', 'Design')).toBeUndefined();
    expect(fuzzyMatch('designs', 'Design')).toBeUndefined();
  });

  it('prefers the whole name, then its beginning, then word beginnings, then letters anywhere', () => {
    expect(best('dev', ['Old devices', 'advent', 'Development', 'Dev', 'D. E. Vries'])[0]).toBe('Dev');
    expect(best('dev', ['Old devices', 'Soda never', 'Development'])).toEqual(['Development', 'Old devices', 'Soda never']);
    expect(best('fr', ['offer', 'Frontend', 'Front Room'])[0]).not.toBe('offer');
  });

  it('does not care for case and accents and says where it matched in the original', () => {
    expect(fuzzyMatch('jorg', 'Jörg')!.ranges).toEqual([{ start: 0, end: 4 }]);
    expect(fuzzyMatch('fr', 'Front Room')!.ranges).toEqual([{ start: 0, end: 2 }]);
    expect(fuzzyMatch('ß', 'Straße')!.ranges).toEqual([{ start: 4, end: 5 }]);
    expect(fuzzyMatch('x', '👍 x')!.ranges).toEqual([{ start: 3, end: 4 }]);
  });

  it('matches everything with nothing, and looks at long names only so far', () => {
    expect(fuzzyMatch('', 'a')).toEqual({ score: 0, ranges: [] });
    expect(fuzzyMatch('z', `${'a'.repeat(5_000)}z`)).toBeUndefined();
  });
});
