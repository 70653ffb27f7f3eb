// A text that depends on a count: one form per CLDR plural category of the language, chosen with Intl.PluralRules.

/** The forms of a counted text; `other` is the one every language has. */
export type PluralForms = { readonly other: string } & { readonly [Category in Exclude<Intl.LDMLPluralRule, 'other'>]?: string };

const rules = new Map<string, Intl.PluralRules>();

/** The form for `n` in `language` (BCP 47). */
export function pluralForm(language: string, forms: PluralForms, n: number): string {
  let rule = rules.get(language);
  if (!rule) {
    rule = new Intl.PluralRules(language);
    rules.set(language, rule);
  }
  return forms[rule.select(n)] ?? forms.other;
}
