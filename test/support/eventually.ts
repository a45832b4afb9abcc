/** Waiting for a condition. */
import { setTimeout as pause } from "node:timers/promises";

/** Asks until the answer is true, at most so long; the error shows what was last found. */
export async function eventually<T>(
  what: string,
  ask: () => T | Promise<T>,
  isIt: (found: T) => boolean,
  withinMs = 120_000,
): Promise<T> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    const found = await ask();
    if (isIt(found)) return found;
    if (performance.now() > giveUpAt)
      throw new Error(`not within ${withinMs} ms: ${what}; last found ${JSON.stringify(found)}`);
    await pause(40);
  }
}
