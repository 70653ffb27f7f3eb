// How long to wait before connecting again.

/** A lost connection may be a restarted server that all its clients come back to: they spread over this time. */
export const lostSpreadMs = 5_000;
const firstFailureMs = 1_000;
const longestMs = 30_000;

/**
 * The wait before the next attempt.
 * `failures`: attempts that failed since the last working connection; 0 right after one was lost.
 * `random`: in [0, 1). `atLeastMs`: what the server asked for.
 */
export function reconnectDelay(failures: number, random: number, atLeastMs = 0): number {
  if (failures === 0) return atLeastMs + random * lostSpreadMs;
  const ceiling = Math.min(longestMs, firstFailureMs * 2 ** Math.min(failures - 1, 10));
  // Half fixed, half by chance: never hammering, never in step with the others.
  return Math.max(atLeastMs, ceiling / 2 + (random * ceiling) / 2);
}
