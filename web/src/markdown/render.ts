// A message's text as HTML. `element.innerHTML = renderMarkdown(…)` is all a view does with it.

import type { SafeHtml } from '../base/trusted_types';
import { markdown, type MarkdownEnvironment } from './parser';
import { sanitise } from './sanitise';

export type { SafeHtml } from '../base/trusted_types';

/** Beyond this, far above any server's limit, a text is shown as it is. */
const maxCharacters = 100_000;

/** Who is mentioned in a text. */
export interface MentionedPerson {
  readonly userId: string;
  readonly username: string;
  readonly isMe: boolean;
}

/**
 * The HTML of a message. `text`: Kith's Markdown, from anybody. `mentioned`: the people the server counts as mentioned.
 * The result is safe for `innerHTML` under Trusted Types (policy `kith`).
 */
export function renderMarkdown(text: string, mentioned: readonly MentionedPerson[] = [], mentionsAll = false): SafeHtml {
  const environment: MarkdownEnvironment = {
    mentions: new Map(mentioned.filter((person) => person.username !== '').map((person) => [person.username.toLowerCase(), person])),
    mentionsAll,
  };
  const html = text.length > maxCharacters ? `<p dir="auto">${markdown.utils.escapeHtml(text)}</p>` : markdown.render(text, { ...environment });
  return sanitise(html);
}
