import { describe, expect, it } from 'vitest';
import { de } from './de';
import { en } from './en';
import { chooseLanguage, directionOf, language, setLanguage, t } from './index';
import { pluralForm, type PluralForms } from './plural';

function placeholders(entry: string | PluralForms): string[] {
  const texts = typeof entry === 'string' ? [entry] : Object.values(entry);
  return [...new Set(texts.flatMap((text) => text.match(/\{\w+\}/g) ?? []))].filter((name) => name !== '{n}').sort();
}

describe('the message catalogue', () => {
  it('has the same placeholders in every language', () => {
    const master: Readonly<Record<string, string | PluralForms>> = en;
    for (const [key, entry] of Object.entries<string | PluralForms>(de)) {
      expect([key, placeholders(entry)]).toEqual([key, placeholders(master[key]!)]);
    }
  });

  it('chooses the plural form by the language and writes numbers its way', async () => {
    expect(t.get()('side.unread', { n: 1 })).toBe('1 unread message');
    expect(t.get()('side.unread', { n: 1200 })).toBe('1,200 unread messages');
    await setLanguage('de');
    expect(language.get()).toBe('de');
    expect(t.get()('side.unread', { n: 1200 })).toBe('1.200 ungelesene Nachrichten');
    await setLanguage('en');
  });

  it('knows categories that English has not', () => {
    const forms: PluralForms = { one: 'раз', few: 'раза', other: 'раз' };
    expect(pluralForm('ru', forms, 3)).toBe('раза');
    expect(pluralForm('ru', forms, 5)).toBe('раз');
  });

  it('takes the first preferred language it has, or English', () => {
    expect(chooseLanguage('system', ['fr-CH', 'de-CH', 'en'])).toBe('de');
    expect(chooseLanguage('system', ['fr'])).toBe('en');
    expect(chooseLanguage('en', ['de'])).toBe('en');
  });

  it('knows which languages run from right to left', () => {
    expect(directionOf('ar-EG')).toBe('rtl');
    expect(directionOf('de')).toBe('ltr');
  });
});
