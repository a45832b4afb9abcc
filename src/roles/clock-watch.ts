/**
 * Watches this machine's clock. Dunlin decides by the database's clock, but BullMQ sets the locks and delays of jobs by the clocks of the
 * workers. With a clock that is far off, a process leaves jobs that nobody takes for an hour, so it takes no work from the
 * queue until the clock is right. Its sweep of PostgreSQL goes on.
 */
import { certainSkew, describeSkew, SKEW_LIMIT_MS, SKEW_WARNING_MS, type Skew } from "../db/stores/reads/clock-skew.ts";
import type { Gate } from "../queue/gate.ts";

export type ClockWatch = {
  /** Positive when this machine is ahead; null: not measured yet. */
  skewMs(): number | null;
  /** The time of the database's clock, as well as it is known. */
  now(): number;
  readonly gate: Gate;
  stop(): void;
};

type Log = Record<"info" | "warn" | "error", (fields: object, message: string) => void>;

const MEASURE_MS = 60_000;
/** How often it is looked whether somebody set the clock. */
const LOOK_MS = 1_000;
/** A clock that is slewed gains less than this between two measurements. */
const JUMP_MS = 500;

type Verdict = "right" | "off" | "wrong";

/** `measure` asks the database; the other clocks are this machine's, in ms. Resolves when it has measured once, or could not. */
export async function watchClock(options: {
  readonly measure: () => Promise<Skew>;
  readonly log: Log;
  readonly wall?: () => number;
  readonly monotonic?: () => number;
}): Promise<ClockWatch & { look(): Promise<void> }> {
  const { measure, log, wall = Date.now, monotonic = () => performance.now() } = options;
  const offset = (): number => wall() - monotonic();
  let known: { readonly skew: Skew; readonly offset: number; readonly at: number } | null = null;
  let verdict: Verdict = "right";
  let waiting: (() => void)[] = [];

  /** The clock may have been set since the measurement: that shows against the monotonic clock, without the database. */
  const current = (): Skew | null =>
    known === null ? null : { ...known.skew, ms: known.skew.ms + (offset() - known.offset) };

  const judge = (): void => {
    const skew = current();
    if (skew === null) return;
    const certain = Math.abs(certainSkew(skew));
    const next: Verdict = certain > SKEW_LIMIT_MS ? "wrong" : certain > SKEW_WARNING_MS ? "off" : "right";
    if (next === verdict) return;
    verdict = next;
    const fields = { skewMs: Math.round(skew.ms) };
    const clock = `this machine's clock is ${describeSkew(skew.ms)}`;
    if (next === "right") log.info(fields, "this machine's clock agrees with the database's again");
    else if (next === "off") log.warn(fields, `${clock}: set it by NTP`);
    else log.error(fields, `${clock}: this process takes no work from the queue until it is set right, by NTP`);
    const woken = waiting;
    waiting = [];
    for (const resolve of woken) resolve();
  };

  const measureNow = async (): Promise<void> => {
    try {
      const skew = await measure();
      known = { skew, offset: offset(), at: monotonic() };
      judge();
    } catch {
      // The database is away, and others say so. The last measurement still holds.
    }
  };

  let measuring: Promise<void> | null = null;
  const look = (): Promise<void> => {
    const jumped = known !== null && Math.abs(offset() - known.offset) > JUMP_MS;
    judge();
    const isDue = known === null || monotonic() - known.at >= MEASURE_MS;
    if (!jumped && !isDue) return Promise.resolve();
    measuring ??= measureNow().finally(() => {
      measuring = null;
    });
    return measuring;
  };

  await measureNow();
  const timer = setInterval(() => void look(), LOOK_MS);
  timer.unref();
  return {
    look,
    skewMs: () => current()?.ms ?? null,
    now: () => wall() - (current()?.ms ?? 0),
    gate: {
      isOpen: () => verdict !== "wrong",
      changed: () => new Promise((resolve) => waiting.push(resolve)),
    },
    stop: () => clearInterval(timer),
  };
}
