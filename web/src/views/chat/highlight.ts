// Colours for code: a small scanner that knows comments, strings, numbers, keywords and calls of the usual languages.
// It gives runs of text with a kind, never HTML, so nothing in a message can become markup here.

export type TokenKind = 'plain' | 'key' | 'string' | 'number' | 'call' | 'comment';

export interface Token {
  kind: TokenKind;
  text: string;
}

interface Language {
  keywords: ReadonlySet<string>;
  lineComment: readonly string[];
  blockComment?: readonly [string, string];
  quotes: string;
  ignoreCase?: boolean;
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

const cLike = { lineComment: ['//'], blockComment: ['/*', '*/'], quotes: '"\'`' } as const;
const hash = { lineComment: ['#'], quotes: '"\'' } as const;

const script = words('abstract any as async await boolean break case catch class const continue debugger default delete do else enum export extends false finally for from function get if implements import in instanceof interface keyof let namespace new null number of override private protected public readonly return satisfies set static string super switch this throw true try type typeof undefined unknown var void while with yield');
const c = words('alignas alignof auto bool break case catch char class concept const consteval constexpr constinit continue co_await co_return co_yield decltype default delete do double else enum explicit export extern false final float for friend goto if inline int long mutable namespace new noexcept nullptr operator override private protected public register requires return short signed sizeof static static_assert static_cast struct switch template this throw true try typedef typename union unsigned using virtual void volatile while #include #define #if #ifdef #ifndef #endif #pragma #else');
const python = words('False None True and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return self try while with yield');
const shell = words('if then else elif fi for while until do done case esac in function select return exit export local readonly set unset shift source echo cd sudo');
const sql = words('add all alter and as asc begin between by case check column commit constraint create cross default delete desc distinct drop else end exists explain false foreign from full group having if in index inner insert intersect into is join key left like limit not null offset on or order outer primary references returning right rollback select set table then true union unique update using values view when where with');
const go = words('any bool break byte case chan const continue default defer else error fallthrough false float64 for func go goto if import int int64 interface map nil package range return rune select string struct switch true type uint var');
const rust = words('Self as async await bool break const continue crate dyn else enum extern f64 false fn for i32 i64 if impl in let loop match mod move mut pub ref return self static str struct super trait true type u32 u64 u8 unsafe use usize where while');
const java = words('abstract as boolean break byte case catch char class companion const continue data default do double else enum extends false final finally float for fun if implements import in instanceof int interface internal is lateinit long new null object open override package private protected public record return sealed short static super suspend switch this throw throws true try val var void volatile when while');

const languages: Record<string, Language> = {
  javascript: { ...cLike, keywords: script },
  c: { ...cLike, quotes: '"\'', keywords: c },
  go: { ...cLike, keywords: go },
  rust: { ...cLike, quotes: '"', keywords: rust },
  java: { ...cLike, keywords: java },
  python: { ...hash, keywords: python },
  shell: { ...hash, keywords: shell },
  yaml: { ...hash, keywords: words('true false null yes no on off') },
  json: { lineComment: [], quotes: '"', keywords: words('true false null') },
  css: { lineComment: [], blockComment: ['/*', '*/'], quotes: '"\'', keywords: words('@media @import @font-face @keyframes @supports important inherit initial none auto') },
  html: { lineComment: [], blockComment: ['<!--', '-->'], quotes: '"\'', keywords: words('html head body div span script style link meta title a p ul ol li img input button form table tr td th') },
  sql: { lineComment: ['--'], blockComment: ['/*', '*/'], quotes: '\'"', ignoreCase: true, keywords: sql },
};

const names: Record<string, string> = {
  js: 'javascript', jsx: 'javascript', ts: 'javascript', tsx: 'javascript', typescript: 'javascript', svelte: 'javascript', mjs: 'javascript',
  cpp: 'c', 'c++': 'c', cc: 'c', h: 'c', hpp: 'c', proto: 'c', csharp: 'java', cs: 'java', kotlin: 'java', kt: 'java', swift: 'java', rs: 'rust', golang: 'go',
  py: 'python', rb: 'python', ruby: 'python', sh: 'shell', bash: 'shell', zsh: 'shell', console: 'shell', yml: 'yaml', toml: 'yaml', ini: 'yaml', xml: 'html', svg: 'html', scss: 'css', less: 'css', jsonc: 'json', dockerfile: 'shell', makefile: 'shell',
};

function languageOf(name: string): Language | undefined {
  const key = name.toLowerCase();
  return languages[names[key] ?? key];
}

function endOfString(code: string, from: number, quote: string): number {
  const spansLines = quote === '`';
  for (let at = from + 1; at < code.length; at++) {
    if (code[at] === '\\') at++;
    else if (code[at] === quote) return at + 1;
    else if (code[at] === '\n' && !spansLines) return at;
  }
  return code.length;
}

const wordStart = /[\p{L}_$@#]/u;
const word = /[@#]?[\p{L}\p{N}_$-]*/uy;
const number = /(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)[a-zA-Z%]*/y;

function wordAt(code: string, at: number, pattern: RegExp): string {
  pattern.lastIndex = at;
  return pattern.exec(code)?.[0] ?? '';
}

/** The code as runs of one kind each; joined they are the code again. An unknown language is one plain run. */
export function highlight(code: string, languageName: string): Token[] {
  const language = languageOf(languageName);
  if (!language) return [{ kind: 'plain', text: code }];
  const tokens: Token[] = [];
  const push = (kind: TokenKind, text: string): void => {
    const last = tokens[tokens.length - 1];
    if (last?.kind === kind) last.text += text;
    else if (text) tokens.push({ kind, text });
  };
  for (let at = 0; at < code.length; ) {
    const here = code[at]!;
    const before = at === 0 ? ' ' : code[at - 1]!;
    const line = language.lineComment.find((mark) => code.startsWith(mark, at));
    // In shell and YAML a hash inside a word is no comment.
    if (line !== undefined && (line !== '#' || /\s/.test(before))) {
      const end = code.indexOf('\n', at);
      push('comment', code.slice(at, end < 0 ? undefined : end));
      at = end < 0 ? code.length : end;
    } else if (language.blockComment && code.startsWith(language.blockComment[0], at)) {
      const end = code.indexOf(language.blockComment[1], at + language.blockComment[0].length);
      const stop = end < 0 ? code.length : end + language.blockComment[1].length;
      push('comment', code.slice(at, stop));
      at = stop;
    } else if (language.quotes.includes(here)) {
      const end = endOfString(code, at, here);
      push('string', code.slice(at, end));
      at = end;
    } else if (/\d/.test(here) && !/[\p{L}_$]/u.test(before)) {
      const text = wordAt(code, at, number);
      push('number', text);
      at += text.length;
    } else if (wordStart.test(here)) {
      // A hyphen belongs to words only where the language writes keywords or names so; elsewhere it is minus.
      let text = wordAt(code, at, word);
      if (language !== languages['css'] && language !== languages['html'] && language !== languages['yaml'] && language !== languages['shell']) text = text.split('-')[0]!;
      if (text === '') text = here;
      const known = language.keywords.has(language.ignoreCase ? text.toLowerCase() : text);
      push(known ? 'key' : code[at + text.length] === '(' ? 'call' : 'plain', text);
      at += text.length;
    } else {
      push('plain', here);
      at++;
    }
  }
  return tokens;
}
