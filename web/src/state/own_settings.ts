// The own settings and drafts as text by key: at once here, stored, and told to the server a little later. A value the server has
// not acknowledged wins over what comes from other devices, so that nobody's typing is overwritten.

import type { KithError } from '../api/error';
import type { Clock } from '../base/clock';
import { SignalTable } from '../base/table';
import type { Signal } from '../base/signal';
import type { SettingRecord } from './records';

/** The wire's limits of a setting. */
const maxKeyBytes = 64;
const maxValueBytes = 16 * 1024;
/** Typing makes many values; one of them every so often is enough for the other devices. */
const uploadAfterMs = 1_500;
const firstRetryMs = 2_000;
const longestRetryMs = 60_000;

export interface OwnSettingsPorts {
  readonly clock: Clock;
  readonly isOnline: () => boolean;
  /** Tells the server; an empty value removes the setting. */
  readonly upload: (key: string, value: string) => Promise<void>;
  /** Stores the row, or removes it if the value is empty and nothing is pending. */
  readonly store: (record: SettingRecord) => Promise<void>;
  readonly handleTrouble: (error: KithError) => void;
}

export class OwnSettings {
  readonly #ports: OwnSettingsPorts;
  readonly #table = new SignalTable<SettingRecord>();
  #cancelTimer: (() => void) | undefined;
  #uploading = false;
  #failures = 0;

  constructor(ports: OwnSettingsPorts, records: readonly SettingRecord[]) {
    this.#ports = ports;
    for (const record of records) this.#table.set(record.key, record);
  }

  /** Rises with every change. */
  get version(): Signal<number> {
    return this.#table.version;
  }

  /** The value now; empty if there is none. */
  get(key: string): string {
    return this.#table.get(key)?.value ?? '';
  }

  /** The row of a key; undefined if there is none. */
  at(key: string): Signal<SettingRecord | undefined> {
    return this.#table.at(key);
  }

  /** Sets a value; empty removes it. */
  set(key: string, value: string): void {
    if (this.get(key) === value) return;
    this.#write({ key, value, pending: true });
    this.#plan(uploadAfterMs);
  }

  /** Values set on an earlier page that may not be stored yet. */
  restore(values: readonly { readonly key: string; readonly value: string }[]): void {
    for (const { key, value } of values) this.#write({ key, value, pending: true });
    if (values.length > 0) this.#plan(uploadAfterMs);
  }

  /** A value from the server. True if it was taken. */
  handleSetting(key: string, value: string): boolean {
    const known = this.#table.get(key);
    if (known?.pending && known.value !== value) return false;
    if (value === '') this.#table.delete(key);
    else this.#table.set(key, { key, value, pending: false });
    return true;
  }

  /** Everything of the server is forgotten; what it has not seen stays. */
  handleFresh(): void {
    for (const record of [...this.#table.values()]) if (!record.pending) this.#table.delete(record.key);
  }

  /** The connection is back. */
  handleOnline(): void {
    this.#failures = 0;
    this.#plan(0);
  }

  #plan(delayMs: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#ports.clock.after(delayMs, () => {
      this.#cancelTimer = undefined;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    if (this.#uploading || !this.#ports.isOnline()) return;
    this.#uploading = true;
    let retryAfterMs = 0;
    for (const record of [...this.#table.values()].filter((row) => row.pending && fits(row))) {
      try {
        await this.#ports.upload(record.key, record.value);
        this.#failures = 0;
        // A newer value may stand there by now; it goes next time.
        if (this.#table.get(record.key) === record) this.#write({ ...record, pending: false });
      } catch (thrown) {
        const error = thrown as KithError;
        if (error.retry === 'never') {
          this.#write({ ...record, pending: false });
          this.#ports.handleTrouble(error);
        } else {
          this.#failures += 1;
          retryAfterMs = Math.max(error.retryAfterMs, Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(this.#failures - 1, 6)));
          break;
        }
      }
    }
    this.#uploading = false;
    if (retryAfterMs > 0) this.#plan(retryAfterMs);
    else if ([...this.#table.values()].some((row) => row.pending && fits(row))) this.#plan(uploadAfterMs);
  }

  #write(record: SettingRecord): void {
    if (record.value === '' && !record.pending) this.#table.delete(record.key);
    else this.#table.set(record.key, record);
    void this.#ports.store(record).catch(() => undefined);
  }
}

// What the server cannot take stays on this device.
function fits(record: SettingRecord): boolean {
  const encoder = new TextEncoder();
  return encoder.encode(record.key).length <= maxKeyBytes && encoder.encode(record.value).length <= maxValueBytes;
}
