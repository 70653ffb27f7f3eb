// Whether this device is in use: online while there is input, away after a while without or with the window hidden.

import type { Clock } from '../base/clock';

const idleMs = 5 * 60_000;
/** A glance at another tab does not make anybody leave. */
const hiddenMs = 60_000;

export class Activity {
  readonly #clock: Clock;
  readonly #tell: (state: 'online' | 'away') => void;
  #state: 'online' | 'away';
  #isChosenAway = false;
  #isVisible: boolean;
  #cancel: (() => void) | undefined;

  /** `tell`: says a new state to the server. */
  constructor(clock: Clock, isVisible: boolean, tell: (state: 'online' | 'away') => void) {
    this.#clock = clock;
    this.#tell = tell;
    this.#isVisible = isVisible;
    this.#state = isVisible ? 'online' : 'away';
    this.#plan();
  }

  /** What the server should know. */
  get state(): 'online' | 'away' {
    return this.#isChosenAway ? 'away' : this.#state;
  }

  /** The user wants to be away, or no longer. */
  setAway(isAway: boolean): void {
    const before = this.state;
    this.#isChosenAway = isAway;
    if (this.state !== before) this.#tell(this.state);
  }

  handleInput(): void {
    this.#isVisible = true;
    this.#become('online');
    this.#plan();
  }

  handleVisibility(isVisible: boolean): void {
    this.#isVisible = isVisible;
    if (isVisible) this.#become('online');
    this.#plan();
  }

  #plan(): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(this.#isVisible ? idleMs : hiddenMs, () => this.#become('away'));
  }

  #become(state: 'online' | 'away'): void {
    const before = this.state;
    this.#state = state;
    if (this.state !== before) this.#tell(this.state);
  }
}
