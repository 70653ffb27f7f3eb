// How people and rooms look without a picture: initials and one of eight colours, the same on every device.

/** 1 to 8, from a 32-bit FNV-1a hash of the id. */
export function colourOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) {
    hash ^= id.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return ((hash >>> 0) % 8) + 1;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function firstLetter(word: string): string {
  const first = segmenter.segment(word)[Symbol.iterator]().next();
  return first.done ? '' : first.value.segment.toLocaleUpperCase();
}

/** Up to two letters for a person: of the first and the last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word));
  const first = words[0];
  if (first === undefined) return '?';
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  return firstLetter(first) + (last === undefined ? '' : firstLetter(last));
}

/** One letter for a room. */
export function tileLetter(name: string): string {
  const word = name.trim().replace(/^[^\p{L}\p{N}\p{Extended_Pictographic}]+/u, '');
  return firstLetter(word) || '#';
}
