// Folding for comparison: without case and accents, so that "jörg" is found by "Jorg".

/** The text without case and accents. Length in UTF-16 units may change; for positions use `foldKeepingPositions`. */
export function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The folded text, and for each of its units the position in the original. */
export function foldKeepingPositions(text: string): { folded: string; positions: number[] } {
  let folded = '';
  const positions: number[] = [];
  let at = 0;
  for (const character of text) {
    const part = fold(character);
    folded += part;
    for (let unit = 0; unit < part.length; unit += 1) positions.push(at);
    at += character.length;
  }
  positions.push(at);
  return { folded, positions };
}
