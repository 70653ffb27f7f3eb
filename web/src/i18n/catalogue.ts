// The types of a message catalogue. English is the master: its keys and placeholders are what the others must have.

import type { en } from './en';
import type { PluralForms } from './plural';

type Master = typeof en;

/** The name of a text. */
export type MessageKey = keyof Master;

/** A complete catalogue: a missing, superfluous or differently shaped key does not compile. */
export type Catalogue = { readonly [Key in MessageKey]: Master[Key] extends string ? string : PluralForms };

type PlaceholderOf<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | PlaceholderOf<Rest> : never;

type TextOf<Entry> = Entry extends string ? Entry : Entry extends { readonly other: infer Other extends string } ? Other : never;

/** What `{name}` placeholders a text needs; a counted text always needs `n`. */
export type PlaceholdersOf<Key extends MessageKey> =
  | PlaceholderOf<TextOf<Master[Key]>>
  | (Master[Key] extends string ? never : 'n');

/** The second argument of `t`: required exactly if the text has placeholders. `n` is a number, formatted in the language. */
export type MessageArguments<Key extends MessageKey> = [PlaceholdersOf<Key>] extends [never]
  ? []
  : [values: { readonly [Name in PlaceholdersOf<Key>]: Name extends 'n' ? number : string | number }];

/** Says a text in the current language. */
export type Translate = <Key extends MessageKey>(key: Key, ...values: MessageArguments<Key>) => string;
