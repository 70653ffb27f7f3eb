// A clock for tests: time stands still until it is advanced.

import { setImmediate } from 'node:timers';
import type { Clock } from './clock';

/** Time under the test's control. */
export class ManualClock implements Clock {
  #now: number;
  #timers: { at: number; order: number; work: () => void }[] = [];
  #order = 0;

  constructor(startMs = Date.UTC(2026, 10, 20, 12)) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, work: () => void): () => void {
    const timer = { at: this.#now + delayMs, order: (this.#order += 1), work };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves time on, running what falls due in order; promises settle between timers. */
  async advance(byMs: number): Promise<void> {
    const end = this.#now + byMs;
    await settle();
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#now = due.at;
      due.work();
      await settle();
    }
    this.#now = end;
  }
}

/** Lets everything that is ready run: promises, and the store's requests, which answer in tasks of their own. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 300; round += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
