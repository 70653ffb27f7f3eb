// Whose picture deserves to be large: who speaks, but not at every cough, and nobody's turn is cut after a breath.

import type { Clock } from '../base/clock';
import { signal, type Signal } from '../base/signal';
import type { CallPerson } from './session';

/** Who speaks this long takes the place of who spoke before and is silent. */
const takeOverAfterMs = 700;
/** Two who speak at once change places no faster than this. */
const shortestTurnMs = 3_000;

export class SpeakerChoice {
  readonly #clock: Clock;
  readonly #current = signal<string | undefined>(undefined);
  /** Since when those who speak now do so without a pause. */
  readonly #since = new Map<string, number>();
  #turnBegan = 0;
  #people: readonly CallPerson[] = [];
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The chosen speaker; undefined until somebody but me has spoken. */
  get current(): Signal<string | undefined> {
    return this.#current;
  }

  handlePeople(people: readonly CallPerson[]): void {
    this.#people = people;
    const now = this.#clock.now();
    const speaking = new Set(people.filter((person) => person.isSpeaking && !person.isMe).map((person) => person.userId));
    for (const userId of this.#since.keys()) if (!speaking.has(userId)) this.#since.delete(userId);
    for (const userId of speaking) if (!this.#since.has(userId)) this.#since.set(userId, now);
    this.#choose();
  }

  stop(): void {
    this.#cancel?.();
  }

  #choose(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const now = this.#clock.now();
    const current = this.#current.get();
    const isHere = this.#people.some((person) => person.userId === current);
    const [longest] = [...this.#since].filter(([userId]) => userId !== current).sort((left, right) => left[1] - right[1]);
    if (!longest) {
      if (!isHere) this.#current.set(undefined);
      return;
    }
    const [userId, since] = longest;
    const isTurnOver = !isHere || current === undefined;
    const due = isTurnOver ? now : Math.max(since + takeOverAfterMs, this.#since.has(current) ? this.#turnBegan + shortestTurnMs : 0);
    if (due > now) {
      this.#cancel = this.#clock.after(due - now, () => this.#choose());
      return;
    }
    this.#turnBegan = now;
    this.#current.set(userId);
  }
}
