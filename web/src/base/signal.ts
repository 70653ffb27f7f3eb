// Signals: values that tell when they change. They obey Svelte's store contract, so a component reads `$signal`,
// but know nothing of Svelte. A reader inside a batch sees the newest values; listeners are told once, at its end.

/** A value that changes over time. `subscribe` calls `listener` at once and after every change; its result ends the subscription. */
export interface Signal<T> {
  /** The value now. */
  get(): T;
  subscribe(listener: (value: T) => void): () => void;
}

/** A signal whose owner sets it. */
export interface WritableSignal<T> extends Signal<T> {
  set(value: T): void;
  update(change: (value: T) => T): void;
}

/** Whether two values count as the same, so that nobody is told. */
export type Equality<T> = (left: T, right: T) => boolean;

let batchDepth = 0;
const pending = new Set<() => void>();

/** Runs `work`; listeners of all signals set in it are told once, after it. */
export function batch<T>(work: () => T): T {
  batchDepth += 1;
  try {
    return work();
  } finally {
    batchDepth -= 1;
    if (batchDepth === 0) flush();
  }
}

function flush(): void {
  // A listener may set signals; those join the same flush.
  for (const tell of pending) {
    pending.delete(tell);
    tell();
  }
}

/** What a derived signal needs of its sources: to hear of a change before its value is asked for. */
interface Source {
  observe(dirty: () => void): () => void;
}

// Signals made elsewhere by the store contract alone tell a little later, with their listeners.
function isSource(signal: object): signal is Source {
  return 'observe' in signal;
}

abstract class Node<T> implements Signal<T>, Source {
  readonly #dependants = new Set<() => void>();

  abstract get(): T;

  observe(dirty: () => void): () => void {
    // One function may observe twice (the same source named twice), so each gets a set entry of its own.
    const entry = (): void => dirty();
    this.#dependants.add(entry);
    if (this.#dependants.size === 1) this.awake();
    return () => {
      if (this.#dependants.delete(entry) && this.#dependants.size === 0) this.asleep();
    };
  }

  subscribe(listener: (value: T) => void): () => void {
    let told: T | undefined;
    let active = false;
    const tell = (): void => {
      const value = this.get();
      if (!active || Object.is(value, told)) return;
      told = value;
      listener(value);
    };
    const stop = this.observe(() => pending.add(tell));
    told = this.get();
    active = true;
    listener(told);
    return () => {
      active = false;
      pending.delete(tell);
      stop();
    };
  }

  protected changed(): void {
    batchDepth += 1;
    for (const dirty of [...this.#dependants]) dirty();
    batchDepth -= 1;
    if (batchDepth === 0) flush();
  }

  protected get observed(): boolean {
    return this.#dependants.size > 0;
  }

  protected awake(): void {}
  protected asleep(): void {}
}

class Value<T> extends Node<T> implements WritableSignal<T> {
  #value: T;
  readonly #equal: Equality<T>;

  constructor(value: T, equal: Equality<T>) {
    super();
    this.#value = value;
    this.#equal = equal;
  }

  get(): T {
    return this.#value;
  }

  set(value: T): void {
    if (this.#equal(this.#value, value)) return;
    this.#value = value;
    this.changed();
  }

  update(change: (value: T) => T): void {
    this.set(change(this.#value));
  }
}

class Derived<T> extends Node<T> {
  readonly #sources: readonly Signal<unknown>[];
  readonly #compute: () => T;
  readonly #equal: Equality<T>;
  #value: T | undefined;
  #known = false;
  #dirty = true;
  #stops: (() => void)[] = [];

  constructor(sources: readonly Signal<unknown>[], compute: () => T, equal: Equality<T>) {
    super();
    this.#sources = sources;
    this.#compute = compute;
    this.#equal = equal;
  }

  get(): T {
    if (!this.observed || this.#dirty) {
      this.#dirty = false;
      const value = this.#compute();
      // Keeping the former value when it is equal keeps listeners and keyed lists still.
      if (!this.#known || !this.#equal(this.#value as T, value)) this.#value = value;
      this.#known = true;
    }
    return this.#value as T;
  }

  protected override awake(): void {
    this.#dirty = true;
    const dirty = (): void => {
      if (this.#dirty) return;
      this.#dirty = true;
      this.changed();
    };
    this.#stops = this.#sources.map((source) => (isSource(source) ? source.observe(dirty) : source.subscribe(dirty)));
  }

  protected override asleep(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }
}

/** A signal that is set. `equal` decides what counts as a change; default `Object.is`. */
export function signal<T>(value: T, equal: Equality<T> = Object.is): WritableSignal<T> {
  return new Value(value, equal);
}

type Values<Sources extends readonly Signal<unknown>[]> = {
  [Index in keyof Sources]: Sources[Index] extends Signal<infer V> ? V : never;
};

/** A signal computed from others, lazily and once per change, however many sources changed in a batch. */
export function derived<const Sources extends readonly Signal<unknown>[], T>(
  sources: Sources,
  compute: (...values: Values<Sources>) => T,
  equal: Equality<T> = Object.is,
): Signal<T> {
  return new Derived(sources, () => compute(...(sources.map((source) => source.get()) as Values<Sources>)), equal);
}

/** Whether two lists have the same elements in the same order. */
export function sameList<T>(left: readonly T[], right: readonly T[]): boolean {
  return left === right || (left.length === right.length && left.every((value, index) => Object.is(value, right[index])));
}

/** Whether two plain objects have the same own fields with the same values. */
export function sameFields<T extends object>(left: T, right: T): boolean {
  const keys = Object.keys(left) as (keyof T)[];
  return keys.length === Object.keys(right).length && keys.every((key) => Object.is(left[key], right[key]));
}
