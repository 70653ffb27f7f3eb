// A text cut into what matched and what did not, and shortened around the first match.

export interface Part {
  text: string;
  hit: boolean;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where a shortened text may begin: at a word, not in the middle of a surrogate pair. */
function wordStart(text: string, near: number): number {
  for (let at = near; at > Math.max(0, near - 24); at--) if (/\s/.test(text[at - 1] ?? '')) return at;
  return /[\uDC00-\uDFFF]/.test(text[near] ?? '') ? near - 1 : near;
}

/** `most`: the longest text shown, in UTF-16 units; what is cut off becomes an ellipsis. */
export function splitRanges(text: string, ranges: readonly Range[], most = Number.POSITIVE_INFINITY): Part[] {
  const first = ranges[0]?.start ?? 0;
  const from = text.length <= most || first < most * 0.7 ? 0 : wordStart(text, first - Math.floor(most / 4));
  let to = Math.min(text.length, from + most);
  if (to < text.length) to = wordStart(text, to);
  const parts: Part[] = [];
  const push = (start: number, end: number, hit: boolean): void => {
    const piece = text.slice(Math.max(start, from), Math.min(end, to));
    if (piece) parts.push({ text: piece, hit });
  };
  if (from > 0) parts.push({ text: '… ', hit: false });
  let at = from;
  for (const { start, end } of ranges) {
    if (end <= at || start >= to) continue;
    push(at, start, false);
    push(Math.max(at, start), end, true);
    at = Math.max(at, end);
  }
  push(at, text.length, false);
  if (to < text.length) parts.push({ text: ' …', hit: false });
  return parts;
}
