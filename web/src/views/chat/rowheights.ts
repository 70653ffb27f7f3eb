// The geometry of a virtual list: how tall each row is, where it begins, and which rows a viewport shows. No DOM.

/** Heights and offsets of rows that are known by a key, in list order. Unmeasured rows count with an estimate. */
export class RowHeights {
  #keys: readonly string[] = [];
  #measured = new Map<string, number>();
  #offsets = new Float64Array(1);
  #valid = 0; // offsets[0..valid] are right

  readonly #estimate: (index: number) => number;

  /** `estimate`: the height in pixels to count with until the row is measured; must not change between calls. */
  constructor(estimate: (index: number) => number) {
    this.#estimate = estimate;
  }

  get count(): number {
    return this.#keys.length;
  }

  get total_px(): number {
    return this.offsetOf(this.count);
  }

  keyAt(index: number): string | undefined {
    return this.#keys[index];
  }

  /** Where a key stands, −1 if it is not in the list. */
  indexOf(key: string): number {
    return this.#keys.indexOf(key);
  }

  /** Replaces the rows. What was measured stays known by key; a common beginning keeps its offsets. */
  setKeys(keys: readonly string[]): void {
    const old = this.#keys;
    let same = 0;
    const most = Math.min(old.length, keys.length);
    while (same < most && old[same] === keys[same]) same++;
    this.#keys = keys;
    if (this.#offsets.length < keys.length + 1) {
      const grown = new Float64Array(Math.max(keys.length + 1, Math.floor(this.#offsets.length * 1.5)));
      grown.set(this.#offsets.subarray(0, same + 1));
      this.#offsets = grown;
    }
    this.#valid = Math.min(this.#valid, same);
  }

  /** Notes a row's real height. True if that moves anything. */
  measure(index: number, height_px: number): boolean {
    const key = this.#keys[index];
    if (key === undefined || this.#measured.get(key) === height_px) return false;
    const before = this.heightOf(index);
    this.#measured.set(key, height_px);
    if (before === height_px) return false;
    this.#valid = Math.min(this.#valid, index);
    return true;
  }

  /** Forgets all measurements: the width changed. Offsets stay until rows are measured again. */
  forget(): void {
    this.#measured.clear();
    this.#valid = 0;
  }

  isMeasured(index: number): boolean {
    const key = this.#keys[index];
    return key !== undefined && this.#measured.has(key);
  }

  heightOf(index: number): number {
    const key = this.#keys[index];
    return key === undefined ? 0 : (this.#measured.get(key) ?? this.#estimate(index));
  }

  /** Where a row begins, in pixels from the top of the list. */
  offsetOf(index: number): number {
    const end = Math.max(0, Math.min(index, this.count));
    for (; this.#valid < end; this.#valid++) this.#offsets[this.#valid + 1] = this.#offsets[this.#valid]! + this.heightOf(this.#valid);
    return this.#offsets[end]!;
  }

  /** The row at a vertical position: the last one that begins at or above it. */
  rowAt(y_px: number): number {
    this.offsetOf(this.count);
    let low = 0;
    let high = Math.max(0, this.count - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#offsets[middle]! <= y_px) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The rows to draw for a viewport, with some more on both sides. `end` is one past the last. */
  range(top_px: number, viewport_px: number, overscan_px: number): { start: number; end: number } {
    if (this.count === 0) return { start: 0, end: 0 };
    return { start: this.rowAt(Math.max(0, top_px - overscan_px)), end: this.rowAt(top_px + viewport_px + overscan_px) + 1 };
  }
}
