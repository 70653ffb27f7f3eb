// The emoji there are, in the user's language. Loaded when the picker opens or a `:word` is typed.
import type { Language } from '../../../i18n';

export interface Emoji {
  text: string;
  name: string;
  /** Lower-case words it is found by. */
  words: readonly string[];
  group: number;
}

/** The groups in the order of the picker: smileys, people, nature, food, travel, activities, objects, symbols, flags. */
export const emojiGroups = [0, 1, 3, 4, 5, 6, 7, 8, 9] as const;
export type EmojiGroup = (typeof emojiGroups)[number];

/** An entry of the data package. */
interface CompactEmoji {
  readonly unicode: string;
  readonly label: string;
  readonly tags?: readonly string[];
  readonly group?: number;
  readonly order?: number;
}

const loaders: Record<Language, () => Promise<{ default: unknown }>> = {
  en: () => import('emojibase-data/en/compact.json'),
  de: () => import('emojibase-data/de/compact.json'),
};

const loaded = new Map<Language, Promise<readonly Emoji[]>>();

function toEmoji(entries: readonly CompactEmoji[]): readonly Emoji[] {
  return entries
    .filter((entry) => entry.group !== undefined && entry.group !== 2)
    .sort((left, right) => (left.order ?? 0) - (right.order ?? 0))
    .map((entry) => ({ text: entry.unicode, name: entry.label, words: [...entry.label.toLowerCase().split(/[\s:,-]+/u), ...(entry.tags ?? [])], group: entry.group ?? 8 }));
}

export function loadEmoji(language: Language): Promise<readonly Emoji[]> {
  let list = loaded.get(language);
  if (!list) {
    list = loaders[language]().then((module) => toEmoji(module.default as CompactEmoji[]));
    list.catch(() => loaded.delete(language));
    loaded.set(language, list);
  }
  return list;
}

/** The emoji for some letters: names that begin with them first, then words that do. */
export function findEmoji(all: readonly Emoji[], query: string, most: number): Emoji[] {
  const wanted = query.toLowerCase().trim().split(/[\s_]+/u);
  const ranked: { emoji: Emoji; rank: number }[] = [];
  for (const emoji of all) {
    if (!wanted.every((part) => emoji.words.some((word) => word.startsWith(part)))) continue;
    const first = wanted[0] ?? '';
    ranked.push({ emoji, rank: emoji.words[0] === first ? 0 : emoji.name.toLowerCase().startsWith(first) ? 1 : emoji.words.includes(first) ? 2 : 3 });
  }
  return ranked.sort((left, right) => left.rank - right.rank).slice(0, most).map((one) => one.emoji);
}
