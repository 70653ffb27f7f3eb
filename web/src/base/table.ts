// A keyed collection of values with a signal for each key and one for the whole.

import { signal, type Signal, type WritableSignal } from './signal';

/** Values by key. Signals of absent keys hold undefined until the key is set. */
export class SignalTable<Value> {
  readonly #values = new Map<string, Value>();
  readonly #signals = new Map<string, WritableSignal<Value | undefined>>();
  readonly #version = signal(0);

  /** Rises with every change: for values derived from the whole table. */
  get version(): Signal<number> {
    return this.#version;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  values(): IterableIterator<Value> {
    return this.#values.values();
  }

  /** The signal of one key; the same object for the same key. */
  at(key: string): Signal<Value | undefined> {
    let found = this.#signals.get(key);
    if (!found) {
      found = signal<Value | undefined>(this.#values.get(key));
      this.#signals.set(key, found);
    }
    return found;
  }

  set(key: string, value: Value): void {
    if (this.#values.get(key) === value) return;
    this.#values.set(key, value);
    this.#signals.get(key)?.set(value);
    this.#version.update((version) => version + 1);
  }

  delete(key: string): void {
    if (!this.#values.delete(key)) return;
    this.#signals.get(key)?.set(undefined);
    this.#version.update((version) => version + 1);
  }

  clear(): void {
    for (const key of [...this.#values.keys()]) this.delete(key);
  }
}
