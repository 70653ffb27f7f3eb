// Writes what the replica says to the local store, in order. Only one tab's writer is open.

import { KithError } from '../api/error';
import type { AccountDatabase, WriteBatch } from './database';
import type { SettingRecord } from './records';

export class StoreWriter {
  readonly #database: AccountDatabase;
  readonly #handleTrouble: (error: KithError) => void;
  #isOpen = false;
  #isBroken = false;
  #last: Promise<void> = Promise.resolve();

  /** `handleTrouble`: told once, when the store cannot be written (no space, private window). The client goes on without. */
  constructor(database: AccountDatabase, handleTrouble: (error: KithError) => void) {
    this.#database = database;
    this.#handleTrouble = handleTrouble;
  }

  /** This tab writes from now on. */
  open(): void {
    this.#isOpen = true;
  }

  /** Writes a batch after those before it. */
  write(batch: WriteBatch): void {
    if (!this.#isOpen || isEmpty(batch)) return;
    this.#last = this.#last.then(() => this.#commit(batch));
  }

  /** A setting of mine; any tab may write it. */
  async storeSetting(record: SettingRecord): Promise<void> {
    if (record.value === '' && !record.pending) await this.#database.deleteSetting(record.key);
    else await this.#database.putSetting(record);
  }

  async #commit(batch: WriteBatch): Promise<void> {
    // After a batch that was not written no later token may be: the next start catches up from the last good one.
    if (this.#isBroken) return;
    try {
      await this.#database.commit(batch);
    } catch (thrown) {
      this.#isBroken = true;
      this.#handleTrouble(new KithError({ reason: 'storage-full', message: String(thrown) }));
    }
  }
}

function isEmpty(batch: WriteBatch): boolean {
  const { fresh, resets, rooms, users, settings, removedSettings, events, token } = batch;
  return !fresh && token === undefined && [resets, rooms, users, settings, removedSettings, events].every((list) => list.length === 0);
}
