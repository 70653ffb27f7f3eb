// Time and chance as parameters: nothing else in the client's core asks for them, so that tests turn hours in a millisecond.

/** The time and timers. */
export interface Clock {
  /** Milliseconds UTC. */
  now(): number;
  /** Calls `work` once, `delayMs` from now; the result cancels it. */
  after(delayMs: number, work: () => void): () => void;
}

/** The browser's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, work) {
    const timer = setTimeout(work, delayMs);
    return () => clearTimeout(timer);
  },
};
