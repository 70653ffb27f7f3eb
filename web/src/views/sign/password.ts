// How hard a password is to guess, roughly: enough for a hint beside the field, never a reason to refuse.

export interface Strength {
  /** 0 too short, 1 weak, 2 fair, 3 good, 4 strong. */
  level: 0 | 1 | 2 | 3 | 4;
  /** Characters missing to the shortest allowed. */
  missing: number;
}

const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u];

/** `min`: the shortest the server takes, in characters. */
export function strengthOf(password: string, min: number): Strength {
  const characters = [...password];
  const missing = Math.max(0, min - characters.length);
  if (missing > 0) return { level: 0, missing };
  const variety = kinds.filter((kind) => kind.test(password)).length;
  const different = new Set(characters).size;
  const runs = characters.filter((character, index) => index > 1 && character === characters[index - 1] && character === characters[index - 2]).length;
  // Length counts most; each kind of character is worth about two more characters, repetition counts against it.
  const worth = Math.min(characters.length, different * 2) + (variety - 1) * 2 - runs;
  return { level: worth >= 20 ? 4 : worth >= 14 ? 3 : worth >= 11 ? 2 : 1, missing: 0 };
}
