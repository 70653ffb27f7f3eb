// Stands in for the parser's table of two thousand HTML entities: Kith's Markdown has none, and only addresses are decoded.
// Numbers and the five signs that HTML needs are enough for them.

const signs: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const entity = /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi;

/** The text with its entities as characters; unknown ones stay. */
export function decodeHTMLStrict(text: string): string {
  return text.replace(entity, (whole, hexadecimal: string | undefined, decimal: string | undefined, sign: string | undefined) => {
    if (sign !== undefined) return signs[sign.toLowerCase()] ?? whole;
    const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}
