import { describe, expect, it } from "vitest";
import { BREAKER_TIMES, createBreaker, FAILURES_TO_OPEN } from "../../../../src/dispatch/limits/breaker.ts";

const FULL = 512;

function breakerAt() {
  let clock = 1_000;
  const changes: boolean[] = [];
  const breaker = createBreaker(
    (open) => changes.push(open),
    BREAKER_TIMES,
    () => clock,
    () => 0.5,
  );
  const fail = (times: number) => {
    for (let n = 0; n < times; n++) breaker.answered(false, clock);
  };
  return {
    breaker,
    changes,
    fail,
    pass: (ms: number) => {
      clock += ms;
    },
    /** The next moment at which a probe may go, ms from now. */
    untilProbe: () => {
      for (let waited = 0; ; waited += 100) {
        if (breaker.limit(FULL) > 0) return waited;
        clock += 100;
      }
    },
    now: () => clock,
  };
}

describe("a circuit breaker", () => {
  it("opens after so many failures in a row, and not after as many with a success between", () => {
    const { breaker, fail, now, changes } = breakerAt();
    fail(FAILURES_TO_OPEN - 1);
    breaker.answered(true, now());
    fail(FAILURES_TO_OPEN - 1);
    expect(breaker.limit(FULL)).toBe(FULL);
    expect(breaker.outage()).toBeNull();
    fail(1);
    expect(breaker.limit(FULL)).toBe(0);
    expect(breaker.outage()).toEqual({ isDown: false });
    expect(changes).toEqual([true]);
  });

  it("lets one probe out at a time, after pauses that double up to half a minute", () => {
    const { breaker, fail, untilProbe } = breakerAt();
    fail(FAILURES_TO_OPEN);
    const pauses: number[] = [];
    for (let n = 0; n < 8; n++) {
      pauses.push(untilProbe());
      expect(breaker.limit(FULL)).toBe(1);
      fail(1);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it("is down when it was open for a while, also while it is probed", () => {
    const { breaker, fail, pass, untilProbe } = breakerAt();
    fail(FAILURES_TO_OPEN);
    pass(BREAKER_TIMES.downAfterMs - 1);
    expect(breaker.outage()).toEqual({ isDown: false });
    pass(1);
    expect(breaker.outage()).toEqual({ isDown: true });
    untilProbe();
    fail(1);
    expect(breaker.outage()).toEqual({ isDown: true });
  });

  it("doubles what it lets out each second once a probe succeeded, and then is closed", () => {
    const { breaker, fail, pass, now, untilProbe, changes } = breakerAt();
    fail(FAILURES_TO_OPEN);
    untilProbe();
    breaker.answered(true, now());
    const limits: number[] = [];
    for (let second = 0; second < 10; second++) {
      limits.push(breaker.limit(FULL));
      pass(1_000);
    }
    expect(limits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
    expect(breaker.outage()).toBeNull();
    expect(changes).toEqual([true, false]);
    fail(FAILURES_TO_OPEN - 1);
    expect(breaker.limit(FULL), "it is trusted as before").toBe(FULL);
  });

  it("opens again after a few failures while it ramps up, and then waits longer than before", () => {
    const { breaker, fail, pass, now, untilProbe } = breakerAt();
    fail(FAILURES_TO_OPEN);
    untilProbe();
    breaker.answered(true, now());
    pass(2_000);
    fail(3);
    expect(breaker.limit(FULL)).toBe(0);
    expect(untilProbe()).toBe(2_000);
  });

  it("ignores what was sent before it opened, and holds back what was claimed before", () => {
    const { breaker, fail, pass, now, untilProbe } = breakerAt();
    const before = now();
    pass(10);
    fail(FAILURES_TO_OPEN);
    expect(breaker.holdsBack(before)).toBe(true);
    untilProbe();
    breaker.answered(true, before);
    expect(breaker.outage(), "an answer that was long under way").not.toBeNull();
    expect(breaker.holdsBack(now()), "a probe").toBe(false);
    breaker.answered(true, now());
    expect(breaker.holdsBack(before)).toBe(true);
    pass(60_000);
    breaker.limit(FULL);
    expect(breaker.holdsBack(before)).toBe(false);
  });
});
