// FNV-1a, 64 bit: the tag by which a device recognises its own message.

const offsetBasis = 0xcbf29ce484222325n;
const prime = 0x100000001b3n;
const encoder = new TextEncoder();

/** The hash of a text's UTF-8 as 16 hex digits. Source: draft-eastlake-fnv-21. */
export function fnv1a64(text: string): string {
  let hash = offsetBasis;
  for (const byte of encoder.encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * prime);
  return hash.toString(16).padStart(16, '0');
}
