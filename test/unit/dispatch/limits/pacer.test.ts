/** Sends leave at their slots, by a clock that the test moves: a process that stalls wakes late for all its timers. */
import { describe, expect, it } from "vitest";
import { SECOND } from "../../../../src/core/values/duration.ts";
import { createPacer } from "../../../../src/dispatch/limits/pacer.ts";

const RATE = 500;
const GAP = SECOND / RATE;
const FOREVER = Number.POSITIVE_INFINITY;

/** A loop of timers on simulated time. `stallsAt`: when a process stands still, and for how long. */
function simulation() {
  let time = 0;
  const timers: { at: number; run: () => void }[] = [];
  /** Lets the promises that are settled go on. */
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    now: () => time,
    pause: (ms: number, late: (at: number) => number = (at) => at) =>
      new Promise<void>((resolve) => timers.push({ at: late(time + ms), run: resolve })),
    async run(until: number) {
      for (;;) {
        await turn();
        timers.sort((a, b) => a.at - b.at);
        const next = timers[0];
        if (next === undefined || next.at > until) return;
        timers.shift();
        time = Math.max(time, next.at);
        next.run();
      }
    },
  };
}

/** The slots of a channel, as all processes share them. */
function sharedSlots(now: () => number) {
  let next = 0;
  return (wanted: number): number[] => {
    const first = Math.max(next, now());
    next = first + wanted * GAP;
    return Array.from({ length: wanted }, (_, n) => first + n * GAP);
  };
}

const fullestSecond = (times: readonly number[]): number => {
  const sorted = [...times].sort((a, b) => a - b);
  let from = 0;
  let most = 0;
  for (const [index, at] of sorted.entries()) {
    while ((sorted[from] ?? at) <= at - SECOND) from++;
    most = Math.max(most, index - from + 1);
  }
  return most;
};

/** `processes` together send `count` messages; each stands still for `stall` ms at the end of every `every` ms, at times of its own. */
async function sendAll({ processes, count, stall, every }: Record<"processes" | "count" | "stall" | "every", number>) {
  const { now, pause, run } = simulation();
  const book = sharedSlots(now);
  const left: number[] = [];
  for (let process = 0; process < processes; process++) {
    const shift = (process * every) / processes;
    const late = (at: number): number => {
      const since = (at + shift) % every;
      return since > every - stall ? at + every - since : at;
    };
    const pacer = createPacer({
      clock: { now, pause: (ms) => pause(ms, late) },
      rateOf: () => RATE,
      book: async (_, wanted) => book(wanted),
    });
    void (async () => {
      for (let sent = 0; sent < count / processes; sent += 50) {
        // As a claim does it: a block of slots, and the next one when these are nearly used up.
        const slots = book(Math.min(50, count / processes - sent));
        for (const slot of slots) void pacer.ready("sms", slot, FOREVER).then(() => left.push(now()));
        await pause(Math.max(0, (slots[0] ?? 0) - now()));
      }
    })();
  }
  await run(FOREVER);
  return left;
}

describe("the pacer of sends", () => {
  it.each([1, 3])("uses the whole rate when %i process(es) are never late", async (processes) => {
    const left = await sendAll({ processes, count: 3_000, stall: 0, every: SECOND });
    expect(left).toHaveLength(3_000);
    expect(fullestSecond(left)).toBeLessThanOrEqual(RATE);
    expect(Math.max(...left) - Math.min(...left)).toBeLessThanOrEqual(2_999 * GAP + 1);
  });

  it.each([
    [1, 30, 200],
    [1, 400, 1_000],
    [3, 30, 200],
    [3, 400, 1_000],
  ])(
    "keeps within 1.02 of the rate in any second when %i process(es) stand still for %i of %i ms",
    async (processes, stall, every) => {
      const left = await sendAll({ processes, count: 3_000, stall, every });
      expect(left).toHaveLength(3_000);
      expect(fullestSecond(left)).toBeLessThanOrEqual(RATE * 1.02);
    },
  );

  it("loses slots that passed unused: who waits moves up in order, and new slots are asked for together", async () => {
    const { now, pause, run } = simulation();
    const asked: number[] = [];
    const pacer = createPacer({
      ...{ clock: { now, pause }, rateOf: () => RATE },
      book: async (_, wanted) => {
        const before = asked.reduce((sum, count) => sum + count, 0);
        asked.push(wanted);
        return Array.from({ length: wanted }, (__, n) => 1_000 + (before + n) * GAP);
      },
    });
    const left: [number, number | null][] = [];
    const send = (slot: number) => pacer.ready("sms", slot, FOREVER).then((ok) => left.push([slot, ok ? now() : null]));
    await Promise.all([...[500, 502, -11, -12, -13].map(send), run(FOREVER)]);
    expect(left).toEqual([
      [-13, 500],
      [-12, 502],
      [-11, 1_000],
      [500, 1_002],
      [502, 1_004],
    ]);
    expect(asked).toEqual([1, 2]);
  });

  it("is more patient where slots are far apart", async () => {
    const { now, pause } = simulation();
    const none = () => Promise.reject(new Error("not needed"));
    const pacer = createPacer({ clock: { now, pause }, rateOf: () => 1, book: none });
    expect(await pacer.ready("sms", -100, FOREVER)).toBe(true);
  });

  it("lets a send go that is a little late", async () => {
    const { now, pause } = simulation();
    const pacer = createPacer({
      clock: { now, pause },
      rateOf: () => RATE,
      book: () => Promise.reject(new Error("not needed")),
    });
    expect(await pacer.ready("sms", -10, FOREVER)).toBe(true);
  });

  it("sends at once on a channel without a rate limit, whatever the slot", async () => {
    const { now, pause } = simulation();
    const pacer = createPacer({
      clock: { now, pause },
      rateOf: () => null,
      book: () => Promise.reject(new Error("not needed")),
    });
    await pacer.soon("sms", 5_000, 100);
    expect(await pacer.ready("sms", 5_000, FOREVER)).toBe(true);
    expect(now()).toBe(0);
  });

  it("gives up a send that gets no slot while it is of use, and asks again until then when the store is down", async () => {
    const { now, pause, run } = simulation();
    let asked = 0;
    const pacer = createPacer({
      ...{ clock: { now, pause }, rateOf: () => RATE },
      book: async () => {
        asked++;
        if (asked === 2) return [];
        throw new Error("the store is down");
      },
    });
    const ok = pacer.ready("sms", -50, 1_000);
    await run(FOREVER);
    expect(await ok).toBe(false);
    expect(asked).toBe(5);
    expect(now()).toBe(1_250);
  });

  it("says when a message is to be prepared", async () => {
    const { now, pause, run } = simulation();
    const pacer = createPacer({ clock: { now, pause }, rateOf: () => RATE, book: async () => [] });
    const soon = pacer.soon("sms", 2_000, 500).then(now);
    await run(FOREVER);
    expect(await soon).toBe(1_500);
  });
});
