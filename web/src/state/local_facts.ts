// Small facts of this device that belong to an account or server but not to the settings: kept as JSON in the key-value store.

import { signal, type WritableSignal } from '../base/signal';
import type { KeyValueStore } from './environment';

/** A signal whose value is stored under `key`. `read` makes a value of whatever stands there, also of nothing. */
export function storedSignal<Value>(keys: KeyValueStore, key: string, read: (stored: unknown) => Value): WritableSignal<Value> {
  const inner = signal(read(parse(keys.get(key))));
  return {
    get: () => inner.get(),
    subscribe: (listener) => inner.subscribe(listener),
    set(value) {
      inner.set(value);
      if (value === undefined) keys.remove(key);
      else keys.set(key, JSON.stringify(value));
    },
    update(change) {
      this.set(change(inner.get()));
    },
  };
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
