// Turns a catalogue into the function `t`.

import type { Catalogue, Translate } from './catalogue';
import { pluralForm } from './plural';

/** `t` for one language. Numbers are written as the language writes them; unknown placeholders stay visible. */
export function translator(language: string, catalogue: Catalogue): Translate {
  const numbers = new Intl.NumberFormat(language);
  return (key, ...rest) => {
    const values: Readonly<Record<string, string | number>> = rest[0] ?? {};
    const entry = catalogue[key];
    const text = typeof entry === 'string' ? entry : pluralForm(language, entry, Number(values['n']));
    return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
      const value = values[name];
      return value === undefined ? placeholder : typeof value === 'number' ? numbers.format(value) : value;
    });
  };
}
