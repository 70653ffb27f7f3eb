import { describe, expect, it } from 'vitest';
import { highlight, type TokenKind } from './highlight';

function ofKind(code: string, language: string, kind: TokenKind): string[] {
  return highlight(code, language).filter((token) => token.kind === kind).map((token) => token.text);
}

describe('highlight', () => {
  const samples: [string, string][] = [
    ['ts', 'const a = `x ${1}`; // done\nreturn call(0x1f, "a\\"b")'],
    ['python', 'def f(x):\n  # note\n  return "it\'s" + str(1.5)'],
    ['sql', "SELECT * FROM t WHERE a = 'it''s' -- end"],
    ['bash', 'echo "$A" # b\nfoo#bar'],
    ['c++', '#include <x>\nint main() { /* unclosed'],
    ['brainfuck', '++>--<'],
    ['js', '"unclosed'],
    ['js', '<script>alert(1)</script>'],
    ['js', '#-@ $ _'],
  ];

  it.each(samples)('loses nothing of %s', (language, code) => {
    expect(highlight(code, language).map((token) => token.text).join('')).toBe(code);
  });

  it('knows comments, strings, numbers, keywords and calls', () => {
    const code = 'const a = f(12, "s") // c';
    expect(ofKind(code, 'ts', 'key')).toEqual(['const']);
    expect(ofKind(code, 'ts', 'call')).toEqual(['f']);
    expect(ofKind(code, 'ts', 'number')).toEqual(['12']);
    expect(ofKind(code, 'ts', 'string')).toEqual(['"s"']);
    expect(ofKind(code, 'ts', 'comment')).toEqual(['// c']);
  });

  it('takes SQL keywords in any case', () => {
    expect(ofKind('Select a from b', 'sql', 'key')).toEqual(['Select', 'from']);
  });
});
