// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { renderMarkdown } from './render';
import { sanitise } from './sanitise';

const ada = { userId: 'u1', username: 'ada', isMe: true };
const bob = { userId: 'u2', username: 'bob.b', isMe: false };

function html(text: string, ...rest: [Parameters<typeof renderMarkdown>[1]?, boolean?]): string {
  return String(renderMarkdown(text, ...rest)).trim();
}

describe('Kith Markdown', () => {
  it('keeps paragraphs and line breaks', () => {
    expect(html('a\nb\n\nc')).toBe('<p dir="auto">a<br>\nb</p>\n<p dir="auto">c</p>');
  });

  it('knows bold, italic, strike and code', () => {
    expect(html('**b** *i* _i_ ~~s~~ `c<d`')).toBe('<p dir="auto"><strong>b</strong> <em>i</em> <em>i</em> <s>s</s> <code>c&lt;d</code></p>');
  });

  it('knows fenced code with a language', () => {
    expect(html('```ts\nlet a = 1 < 2;\n```')).toBe('<pre dir="ltr" data-language="ts"><code>let a = 1 &lt; 2;\n</code></pre>');
  });

  it('knows quotes and lists', () => {
    expect(html('> q\n\n- a\n- b')).toBe('<blockquote dir="auto">\n<p dir="auto">q</p>\n</blockquote>\n<ul>\n<li dir="auto">a</li>\n<li dir="auto">b</li>\n</ul>');
    expect(html('3. c\n4. d')).toContain('<ol start="3">');
  });

  it('has no headings, pictures, tables or indented code', () => {
    expect(html('# a')).toBe('<p dir="auto"># a</p>');
    expect(html('    a')).toBe('<p dir="auto">a</p>');
    expect(html('![a](https://b.example/c.png)')).not.toContain('<img');
    expect(html('a|b\n-|-\n1|2')).not.toContain('<table');
  });

  it('makes links of addresses that say what they are, and no others', () => {
    const link = '<a href="https://a.example/b?c=d" rel="noopener noreferrer nofollow" target="_blank">';
    expect(html('see https://a.example/b?c=d.')).toBe(`<p dir="auto">see ${link}https://a.example/b?c=d</a>.</p>`);
    expect(html('[name](https://a.example/b?c=d)')).toContain(`${link}name</a>`);
    expect(html('me@a.example')).toContain('href="mailto:me@a.example"');
    for (const plain of ['main.rs', 'a.example', 'ftp://a.example', '//a.example/b', '[a](/settings)', '[a](tel:1)']) expect(html(plain)).not.toContain('<a');
  });

  it('highlights those whom the server counts as mentioned', () => {
    expect(html('@ada and @Bob.B.', [ada, bob])).toBe(
      '<p dir="auto"><span class="mention" data-user="u1" data-me="true">@ada</span> and <span class="mention" data-user="u2">@Bob.B</span>.</p>',
    );
    expect(html('hi @all', [], true)).toContain('<span class="mention" data-all="true" data-me="true">@all</span>');
  });

  it('leaves other names, addresses and code alone', () => {
    expect(html('@carol @all x@ada `@ada` @adas', [ada])).not.toContain('mention');
  });

  it('survives deep nesting and long input in time', () => {
    expect(html('>'.repeat(5_000) + 'a').length).toBeGreaterThan(0);
    expect(html('*a '.repeat(20_000)).length).toBeGreaterThan(0);
    expect(html('['.repeat(20_000)).length).toBeGreaterThan(0);
    expect(html('x'.repeat(200_000))).toContain('xxx');
  });
});

// Payloads from the OWASP XSS filter evasion cheat sheet, the DOMPurify and markdown-it suites, and mutation XSS reports.
const attacks = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="javascript:alert(1)"></object>',
  '<embed src="data:text/html,<script>alert(1)</script>">',
  '<a href="javascript:alert(1)">x</a>',
  '<form action="javascript:alert(1)"><button>x</button></form>',
  '<body onload=alert(1)>',
  '<style>@import "https://evil.example/x.css";</style>',
  '<link rel=stylesheet href=https://evil.example/x.css>',
  '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
  '<base href="https://evil.example/">',
  '<p style="background:url(https://evil.example/x)">x</p>',
  '<details open ontoggle=alert(1)>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<template><img src=x onerror=alert(1)></template>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java\nscript:alert(1))',
  '[x](javascript&colon;alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](vbscript:msgbox(1))',
  '[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '[x](https://a.example "onmouseover=alert(1)")',
  '[x](https://a.example/"onmouseover="alert(1))',
  '[x](<https://a.example/" onclick="alert(1)>)',
  '<javascript:alert(1)>',
  'https://a.example/"onmouseover="alert(1)',
  "https://a.example/'><img src=x onerror=alert(1)>",
  '![x](x"onerror="alert(1))',
  '![x" onerror="alert(1)](y)',
  '```"><img src=x onerror=alert(1)>\ncode\n```',
  '```ts" onmouseover="alert(1)\ncode\n```',
  '`<img src=x onerror=alert(1)>`',
  '@<img src=x onerror=alert(1)>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '\u0000<script>alert(1)</script>',
  '<<script>script>alert(1)<</script>/script>',
  '<x onclick=alert(1)>',
  '<a id=location><a id=location name=href href="javascript:alert(1)">',
];
const allowedTags = new Set(['P', 'BR', 'STRONG', 'EM', 'S', 'CODE', 'PRE', 'BLOCKQUOTE', 'UL', 'OL', 'LI', 'A', 'SPAN']);
const allowedAttributes = new Set(['href', 'rel', 'target', 'dir', 'class', 'start', 'data-language', 'data-user', 'data-all', 'data-me']);

function complaints(output: string): string[] {
  const parsed = new DOMParser().parseFromString(output, 'text/html');
  return [...parsed.body.querySelectorAll('*')].flatMap((element) => [
    ...(allowedTags.has(element.tagName) ? [] : [element.tagName]),
    ...[...element.attributes].filter((attribute) => !allowedAttributes.has(attribute.name)).map((attribute) => attribute.name),
    ...(element instanceof HTMLAnchorElement && element.hasAttribute('href') && !/^(?:https?|mailto):$/.test(element.protocol) ? [element.href] : []),
  ]);
}

describe('hostile text', () => {
  it.each(attacks)('is harmless as a message: %s', (attack) => {
    expect(complaints(html(attack, [{ userId: '"><img src=x onerror=alert(1)>', username: 'ada', isMe: false }]))).toEqual([]);
  });

  it.each(attacks)('is harmless even if the parser let it through: %s', (attack) => {
    expect(complaints(String(sanitise(attack)))).toEqual([]);
  });

  it('cannot leave a mention by its id', () => {
    expect(complaints(html('@ada', [{ userId: '"><img src=x onerror=alert(1)>', username: 'ada', isMe: false }]))).toEqual([]);
  });
});
