/** Rounds and their medians. */

export const MINUTE_MS = 60_000;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Median of the ratios of each round: what was measured next to each other is compared with each other. */
export const ratio = (ours: readonly number[], theirs: readonly number[]): number =>
  median(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));

export const perSecond = (count: number, ms: number): number => (count * 1_000) / ms;

export const describeSpeeds = (speeds: Readonly<Record<string, number>>): string =>
  Object.entries(speeds)
    .map(([name, value]) => `${name} ${Math.round(value)}`)
    .join(", ");

/** Looks every `everyMs` until `done`; rejects when that takes too long. */
export async function until(what: string, done: () => Promise<boolean>, everyMs = 20, mostMs = 300_000): Promise<void> {
  const end = performance.now() + mostMs;
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`${what}: not done after ${mostMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

export const waitUntil = (at: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, at - Date.now())));
