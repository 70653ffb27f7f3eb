// What has been read: the newest message that was in view for a second while the window was in front.

const look_ms = 1000;

export class SeenTracker {
  #now = 0;
  #told = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #tell: (seq: number) => void;
  readonly #wake = (): void => this.#wait();

  constructor(tell: (seq: number) => void) {
    this.#tell = tell;
    addEventListener('focus', this.#wake);
    document.addEventListener('visibilitychange', this.#wake);
  }

  /** The newest message in view now. */
  inView(seq: number): void {
    this.#now = seq;
    this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    removeEventListener('focus', this.#wake);
    document.removeEventListener('visibilitychange', this.#wake);
  }

  #wait(): void {
    if (this.#timer !== undefined || this.#now <= this.#told || !document.hasFocus()) return;
    const looked = this.#now;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // Whoever scrolled back within the second has not read what was below.
      const seq = Math.min(looked, this.#now);
      if (document.hasFocus() && seq > this.#told) {
        this.#told = seq;
        this.#tell(seq);
      }
      this.#wait();
    }, look_ms);
  }
}
