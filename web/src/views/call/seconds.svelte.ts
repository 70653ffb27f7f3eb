// The time, once a second, while somebody looks at it.
import { createSubscriber } from 'svelte/reactivity';

const period_ms = 1000;
const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, period_ms);
  return () => clearInterval(timer);
});

/** Milliseconds UTC; whatever reads it is redrawn every second. */
export function now(): number {
  subscribe();
  return Date.now();
}
