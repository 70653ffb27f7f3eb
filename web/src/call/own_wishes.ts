// What the user wants on or off and the library has not done yet. A click shows at once; clicks that come faster than devices
// open are carried out one after the other, and only the last of them.

export type Switch = 'microphone' | 'camera' | 'screen' | 'hand';

export class OwnWishes {
  readonly #apply: (which: Switch, on: boolean) => Promise<void>;
  readonly #handleDone: (which: Switch, failure: unknown) => void;
  readonly #wishes = new Map<Switch, boolean>();
  readonly #busy = new Set<Switch>();

  /** `handleDone`: the last wish was carried out, or failed with `failure`. */
  constructor(apply: (which: Switch, on: boolean) => Promise<void>, handleDone: (which: Switch, failure: unknown) => void) {
    this.#apply = apply;
    this.#handleDone = handleDone;
  }

  /** What is wished and not done. */
  get(which: Switch): boolean | undefined {
    return this.#wishes.get(which);
  }

  async set(which: Switch, on: boolean): Promise<void> {
    this.#wishes.set(which, on);
    if (this.#busy.has(which)) return;
    this.#busy.add(which);
    let failure: unknown;
    for (let wanted: boolean | undefined = on; wanted !== undefined; wanted = this.#next(which, wanted)) {
      failure = undefined;
      try {
        await this.#apply(which, wanted);
      } catch (thrown) {
        failure = thrown;
      }
    }
    this.#busy.delete(which);
    this.#handleDone(which, failure);
  }

  // The wish after the one just done; undefined if there is none.
  #next(which: Switch, done: boolean): boolean | undefined {
    const wanted = this.#wishes.get(which);
    if (wanted !== done) return wanted;
    this.#wishes.delete(which);
    return undefined;
  }
}
