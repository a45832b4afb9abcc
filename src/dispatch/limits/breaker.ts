/**
 * A circuit breaker for each channel: a provider that does not answer gets probes only, until one of them succeeds.
 *
 * - *closed*: the channel works. So many failures in a row open it.
 * - *open*: nothing is claimed for the channel but one probe at a time, after pauses that grow. Buyers wait in the queue of the channel. After
 *   `downAfterMs` the channel counts as *down*, and they take the next one, as after so many attempts on one channel (core/rules/retry.ts).
 * - *ramping*: a probe succeeded. The number of sends under way doubles each second, so that a provider that comes back does not get the whole
 *   backlog at once.
 *
 * The state is that of one process. A shared one would cost a write for each failure and a read for each claim, and what fails may be the
 * network of this process alone. So with several processes each sends its own probes.
 */

/** Failures in a row. Fewer happen by chance: of a provider that fails one in five, one send in ten million begins such a row. */
export const FAILURES_TO_OPEN = 10;
/** While it ramps up, and after a failed probe, a channel is trusted less. */
const FAILURES_TO_REOPEN = 3;
export type BreakerTimes = {
  /** Before the first probe, and at most before each. A pause varies by a quarter, so that processes do not probe together. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  readonly downAfterMs: number;
  /** One send under way at first, and each time after so many ms twice as many. */
  readonly rampMs: number;
};
export const BREAKER_TIMES: BreakerTimes = {
  firstPauseMs: 1_000,
  longestPauseMs: 30_000,
  downAfterMs: 30_000,
  rampMs: 1_000,
};

export type Outage = { readonly isDown: boolean };

export type Breaker = {
  /** How many sends may be held. `full`: how many are worth holding; when the ramp reaches it, the channel is closed. */
  limit(full: number): number;
  /** Whether a send may be claimed now. */
  isTrying(): boolean;
  /** null: the channel is closed. */
  outage(): Outage | null;
  /** How long the channel is open, ms; 0: it is not. */
  openMs(): number;
  /** When a send that finds no place should ask again, ms from now. */
  againMs(): number;
  /** Whether a send that was claimed at this monotonic time is held back: the channel opened since. */
  holdsBack(claimedAt: number): boolean;
  /** The outcome of a send that began at this monotonic time. */
  answered(ok: boolean, begunAt: number): void;
};

type State =
  | { readonly kind: "closed" }
  | { readonly kind: "open"; readonly since: number; readonly until: number; readonly pauseMs: number }
  | { readonly kind: "ramping"; readonly since: number; readonly pauseMs: number };

/** `changed` learns when the channel opens (true) and when it is closed again. `now`: a monotonic clock, ms. */
export function createBreaker(
  changed: (open: boolean) => void = () => {},
  { firstPauseMs, longestPauseMs, downAfterMs, rampMs }: BreakerTimes = BREAKER_TIMES,
  now: () => number = () => performance.now(),
  random: () => number = Math.random,
): Breaker {
  let state: State = { kind: "closed" };
  let failures = 0;
  /** A send that began or was claimed before this says nothing about the channel now. */
  let changedAt = Number.NEGATIVE_INFINITY;

  const open = (since: number, pauseMs: number): void => {
    const at = now();
    state = { kind: "open", since, until: at + pauseMs * (0.75 + random() / 2), pauseMs };
    failures = 0;
    changedAt = at;
  };
  const longer = (pauseMs: number): number => Math.min(pauseMs * 2, longestPauseMs);

  return {
    limit(full) {
      if (state.kind === "closed") return full;
      if (state.kind === "open") return now() < state.until ? 0 : Math.min(1, full);
      const allowed = Math.floor(2 ** ((now() - state.since) / rampMs));
      if (allowed < full) return allowed;
      state = { kind: "closed" };
      changed(false);
      return full;
    },
    isTrying: () => state.kind !== "open" || now() >= state.until,
    outage() {
      if (state.kind === "closed") return null;
      return { isDown: state.kind === "open" && now() - state.since >= downAfterMs };
    },
    openMs: () => (state.kind === "open" ? now() - state.since : 0),
    againMs() {
      const wait = state.kind === "open" ? state.until - now() : 0;
      return Math.max(firstPauseMs / 2, wait) + random() * firstPauseMs;
    },
    holdsBack: (claimedAt) => state.kind !== "closed" && claimedAt < changedAt,
    answered(ok, begunAt) {
      if (begunAt < changedAt) return;
      failures = ok ? 0 : failures + 1;
      if (state.kind === "closed") {
        if (failures < FAILURES_TO_OPEN) return;
        open(now(), firstPauseMs);
        changed(true);
      } else if (state.kind === "open") {
        if (ok) {
          state = { kind: "ramping", since: now(), pauseMs: state.pauseMs };
          changedAt = now();
        } else open(state.since, longer(state.pauseMs));
      } else if (failures >= FAILURES_TO_REOPEN) open(now(), longer(state.pauseMs));
    },
  };
}
