/** How long to wait before the next try to connect: the first within 200 ms, later ones up to 2 s, never in step. */

export const FIRST_MS = 200;
export const CAP_MS = 2000;

/** Milliseconds before try number `attempt` (from 0); `random` gives 0 up to 1. */
export function delayMs(attempt, random = Math.random) {
  if (attempt === 0) return random() * FIRST_MS;
  const most = Math.min(CAP_MS, FIRST_MS * 2 ** attempt);
  return most * (0.5 + random() / 2);
}
