// `@name` and `@all` inside a text: highlighted if the server counts them as mentions of this message, plain text if not.

import type { RendererRule, StateInline } from 'markdown-it';
import type { MarkdownEnvironment } from './parser';

const at = 0x40;
const name = /^@([a-z0-9._-]{2,32})/i;
const wordBefore = /[\p{L}\p{N}_@/]$/u;

/** Recognises a mention at the parser's place. */
export function mentionRule(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== at) return false;
  if (wordBefore.test(state.src.slice(Math.max(0, state.pos - 2), state.pos))) return false;
  const environment = state.env as unknown as MarkdownEnvironment;
  let written = name.exec(state.src.slice(state.pos, state.pos + 33))?.[1] ?? '';
  // "Thanks, @ada." ends a sentence: the full stop is the name's only if such a name is meant.
  while (written !== '' && !isMeant(environment, written) && /[._-]$/.test(written)) written = written.slice(0, -1);
  if (written === '' || !isMeant(environment, written)) return false;
  if (!silent) {
    const token = state.push('mention', '', 0);
    token.content = written;
    token.meta = environment.mentions.get(written.toLowerCase()) ?? null;
  }
  state.pos += written.length + 1;
  return true;
}

/** Draws a mention: `data-user` names who is meant, `data-me` that it is the reader. */
export const renderMention: RendererRule = (tokens, index) => {
  const token = tokens[index]!;
  const meant = token.meta as { userId: string; isMe: boolean } | null;
  const user = meant ? ` data-user="${escapeAttribute(meant.userId)}"` : ' data-all="true"';
  // Everybody includes the reader.
  const me = !meant || meant.isMe ? ' data-me="true"' : '';
  return `<span class="mention"${user}${me}>@${escapeAttribute(token.content)}</span>`;
};

function isMeant(environment: MarkdownEnvironment, written: string): boolean {
  const folded = written.toLowerCase();
  return environment.mentions.has(folded) || (environment.mentionsAll && folded === 'all');
}

function escapeAttribute(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
