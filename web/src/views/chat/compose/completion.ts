// What a word being typed asks for: `@na` people, `:smi` emoji. Pure text; the composer draws the list.

export interface CompletionQuery {
  kind: 'mention' | 'emoji';
  /** What was typed after the sign. */
  query: string;
  /** Where the sign stands and where the caret is, in UTF-16 units. */
  start: number;
  end: number;
}

/** The word before the caret, if it asks for completion. An emoji needs two letters, so that a `:` in prose stays one. */
export function completionAt(text: string, caret: number): CompletionQuery | undefined {
  const before = text.slice(0, caret);
  const match = /(?:^|[\s([{"'])([@:])([\p{L}\p{N}._+-]*)$/u.exec(before);
  if (!match) return undefined;
  const [, sign, query] = match;
  if (sign === undefined || query === undefined) return undefined;
  if (sign === ':' && query.length < 2) return undefined;
  if (query.length > 32) return undefined;
  return { kind: sign === '@' ? 'mention' : 'emoji', query, start: caret - query.length - 1, end: caret };
}

/** The text with the completed word in place, and where the caret goes. */
export function complete(text: string, query: CompletionQuery, insert: string): { text: string; caret: number } {
  const rest = text.slice(query.end);
  const space = rest.startsWith(' ') ? '' : ' ';
  return { text: text.slice(0, query.start) + insert + space + rest, caret: query.start + insert.length + 1 };
}

/** How well a name answers a query: 0 begins with it, 1 a later word does, undefined not at all. Case and accents are folded. */
export function matchRank(name: string, query: string): number | undefined {
  const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();
  const folded = fold(name);
  const wanted = fold(query);
  if (folded.startsWith(wanted)) return 0;
  return folded.split(/[\s._-]+/u).some((word) => word.startsWith(wanted)) ? 1 : undefined;
}
