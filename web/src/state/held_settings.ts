// Own settings on their way into the database, kept where writing takes effect at once: a page that is left a moment after a
// key was pressed has no time for a transaction. Taken up at the next start, gone as soon as the database has them.

import type { KeyValueStore } from './environment';
import type { SettingRecord } from './records';
import type { UserId } from './types';

/** Larger values wait for the database alone: this storage is a few megabytes for everything. */
const maxValueCharacters = 64 * 1024;
/** Values held at the same time; more than a moment's typing means that the database takes nothing. */
const maxHeld = 16;

export class HeldSettings {
  readonly #keys: KeyValueStore;
  readonly #prefix: string;
  #isClosed = false;

  constructor(keys: KeyValueStore, userId: UserId) {
    this.#keys = keys;
    this.#prefix = `kith.held.${userId}.`;
  }

  /** What an earlier page could not hand to the database. */
  all(): readonly { readonly key: string; readonly value: string }[] {
    return this.#keys.list(this.#prefix).map((name) => ({ key: name.slice(this.#prefix.length), value: this.#keys.get(name) ?? '' }));
  }

  /** Holds the value until `store` has written it. What fails to be written stays held. */
  async through(record: SettingRecord, store: (record: SettingRecord) => Promise<void>): Promise<void> {
    if (record.pending) this.#hold(record);
    await store(record);
    // Another tab may hold a newer value by now.
    if (this.#keys.get(this.#prefix + record.key) === record.value) this.#keys.remove(this.#prefix + record.key);
  }

  /** Nothing is held from now on: the account signed out here or in another tab. */
  close(): void {
    this.#isClosed = true;
  }

  /** Forgets everything held. */
  clear(): void {
    this.close();
    for (const name of this.#keys.list(this.#prefix)) this.#keys.remove(name);
  }

  #hold({ key, value }: SettingRecord): void {
    if (this.#isClosed) return;
    const name = this.#prefix + key;
    const isHeld = this.#keys.get(name) !== undefined;
    const fits = value.length <= maxValueCharacters && (isHeld || this.#keys.list(this.#prefix).length < maxHeld);
    // A value that is not held must not leave an older one behind, which would win at the next start.
    if (fits) this.#keys.set(name, value);
    else if (isHeld) this.#keys.remove(name);
  }
}
