// The language of the client: which one, its direction, and `t`. In a component: `$t('key', { n })`.

import { batch, signal, type Signal } from '../base/signal';
import type { Catalogue, Translate } from './catalogue';
import { en } from './en';
import { translator } from './translate';

export type { Catalogue, MessageKey, Translate } from './catalogue';

/** The languages there is a catalogue for. */
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

/** What each language calls itself, for the settings. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };

const rightToLeft = new Set(['ar', 'dv', 'fa', 'he', 'ku', 'ps', 'sd', 'ug', 'ur', 'yi']);

// English comes with the first script: it is the fallback when another catalogue cannot be loaded offline.
const loaders: Readonly<Record<Language, () => Promise<Catalogue>>> = {
  en: () => Promise.resolve(en),
  de: () => import('./de').then((module) => module.de),
};

const languageNow = signal<Language>('en');
const translateNow = signal<Translate>(translator('en', en));

/** The language now, as BCP 47; also for Intl formats. */
export const language: Signal<Language> = languageNow;

/** Says a text: `$t('composer.send')` in components, `t.get()('composer.send')` elsewhere. */
export const t: Signal<Translate> = translateNow;

/** The writing direction of a language. */
export function directionOf(tag: string): 'ltr' | 'rtl' {
  return rightToLeft.has(tag.split('-')[0]!.toLowerCase()) ? 'rtl' : 'ltr';
}

/** The best language for what the user chose (`system` or a language) and what the browser prefers, in order. */
export function chooseLanguage(choice: string, preferred: readonly string[]): Language {
  for (const tag of choice === 'system' ? preferred : [choice]) {
    const found = languages.find((candidate) => candidate === tag.split('-')[0]!.toLowerCase());
    if (found) return found;
  }
  return 'en';
}

let wanted: Language = 'en';

/** Switches the language: loads its catalogue, then changes `t`, `language` and the document's `lang` and `dir` together. */
export async function setLanguage(next: Language): Promise<void> {
  wanted = next;
  const catalogue = await loaders[next]();
  // A later choice may have been made while this one was loading.
  if (wanted !== next) return;
  batch(() => {
    languageNow.set(next);
    translateNow.set(translator(next, catalogue));
  });
  if (typeof document !== 'undefined') {
    document.documentElement.lang = next;
    document.documentElement.dir = directionOf(next);
  }
}
