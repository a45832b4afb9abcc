import type { Lifecycle } from "../../lifecycle.ts";

/** `work` never rejects. A call that takes longer than `ms` is not joined by a second one. */
export function every(ms: number, life: Lifecycle, work: () => Promise<unknown>): void {
  let running: Promise<unknown> | null = null;
  const timer = setInterval(() => {
    running ??= work().finally(() => {
      running = null;
    });
  }, ms);
  life.onStop(() => {
    clearInterval(timer);
    return running ?? Promise.resolve();
  });
}
