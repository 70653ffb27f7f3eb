// Kith's Markdown: what people write in a chat. Paragraphs with their line breaks, bold, italic, strike, code, fenced code,
// quotes, lists, links, addresses, mentions. No HTML, pictures, headings or tables.

import MarkdownIt, { type MarkdownIt as Parser } from 'markdown-it';
import { mentionRule, renderMention } from './mention';

/** Deeper quotes and lists stay text: nobody reads them, and nesting is the parser's costly part. */
const maxNesting = 16;
const allowedLink = /^(?:https?:\/\/|mailto:)[^\s]/i;

/** What a parse knows of the message. */
export interface MarkdownEnvironment {
  /** User names mentioned, in lower case, and whose they are. */
  readonly mentions: ReadonlyMap<string, { readonly userId: string; readonly isMe: boolean }>;
  readonly mentionsAll: boolean;
}

/** The parser; one for all messages. */
export const markdown: Parser = createParser();

function createParser(): Parser {
  const parser = new MarkdownIt('zero', { html: false, linkify: true, breaks: true, maxNesting });
  parser.enable(['fence', 'blockquote', 'list', 'newline', 'escape', 'backticks', 'strikethrough', 'emphasis', 'link', 'autolink', 'linkify', 'balance_pairs', 'fragments_join']);
  // Names like `notes.md` are more often files than sites: only addresses that say what they are become links.
  parser.linkify.set({ fuzzyLink: false, fuzzyIP: false, fuzzyEmail: true });
  parser.linkify.add('ftp:', null).add('//', null);
  parser.validateLink = (url) => allowedLink.test(url);
  parser.inline.ruler.push('mention', mentionRule);
  parser.renderer.rules['mention'] = renderMention;

  const { rules } = parser.renderer;
  for (const block of ['paragraph_open', 'list_item_open', 'blockquote_open']) {
    rules[block] = (tokens, index, options, _environment, renderer) => {
      tokens[index]!.attrSet('dir', 'auto');
      return renderer.renderToken(tokens, index, options);
    };
  }
  rules['link_open'] = (tokens, index, options, _environment, renderer) => {
    const token = tokens[index]!;
    token.attrSet('rel', 'noopener noreferrer nofollow');
    token.attrSet('target', '_blank');
    return renderer.renderToken(tokens, index, options);
  };
  rules['fence'] = (tokens, index) => {
    const { content, info } = tokens[index]!;
    const language = /^[\w+#.-]{1,32}/.exec(info.trim())?.[0] ?? '';
    const attribute = language === '' ? '' : ` data-language="${parser.utils.escapeHtml(language)}"`;
    return `<pre dir="ltr"${attribute}><code>${parser.utils.escapeHtml(content)}</code></pre>\n`;
  };
  return parser;
}
