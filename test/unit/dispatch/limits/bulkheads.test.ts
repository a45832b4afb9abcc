/** How much a process holds of each channel, and when claims wait for a channel or go on without it. */
import { describe, expect, it } from "vitest";
import { BATCH, createBulkheads, PATIENCE_MS } from "../../../../src/dispatch/limits/bulkheads.ts";

const channel = (connections: number, ratePerSecond: number | null = null) => ({ connections, ratePerSecond });

function setup(channels: Record<string, ReturnType<typeof channel>>) {
  let clock = 0;
  const bulkheads = createBulkheads(new Map(Object.entries(channels)), null, () => clock);
  const places = bulkheads.places();
  const fill = (name: string): number => {
    let count = 0;
    while (places.take(name)) count++;
    return count;
  };
  /** So many sends, one after the other: each with a call of so long, and so long for its claim and record. */
  const measure = (name: string, count: number, callMs: number, overheadMs: number) => {
    for (let n = 0; n < count; n++) {
      const call = bulkheads.call(name);
      call.begun();
      clock += callMs;
      call.ended();
      bulkheads.overhead(name, overheadMs);
    }
  };
  const pass = (ms: number) => {
    clock += ms;
  };
  return { bulkheads, places, fill, measure, pass };
}

describe("the places of a channel", () => {
  it.each([
    // connections × (1 + overhead ÷ latency)
    [100, 100, 50, 150],
    [100, 500, 50, 110],
    [100, 10_000, 50, 101],
    [10, 100, 100, 20],
    // A fast provider: bounded by memory.
    [128, 1, 100, 512],
    [400, 1, 100, 1_600],
    // One connection to a provider that answers in a millisecond still has enough in hand.
    [1, 1, 100, 101],
  ])("%i connections, %i ms for an answer, %i ms for claim and record: %i", (connections, call, overhead, expected) => {
    const { fill, measure } = setup({ sms: channel(connections) });
    measure("sms", 300, call, overhead);
    expect(Math.abs(fill("sms") - expected)).toBeLessThanOrEqual(1);
  });

  it("are few until a provider has shown that it is fast", () => {
    expect(setup({ sms: channel(100) }).fill("sms")).toBe(120);
  });

  it("become fewer while calls hang, before the first of them ends", () => {
    const { bulkheads, places, fill, measure, pass } = setup({ sms: channel(100) });
    measure("sms", 300, 10, 100);
    expect(fill("sms")).toBe(512);
    places.giveAllBack();
    for (let n = 0; n < 100; n++) bulkheads.call("sms").begun();
    pass(2_000);
    expect(fill("sms")).toBe(105);
  });

  it("are more by the sends that wait for their slots under a rate limit", () => {
    expect(setup({ sms: channel(100, 50) }).fill("sms")).toBe(170);
  });

  it("come back when a claim fails, each once", () => {
    const { bulkheads, places } = setup({ sms: channel(10) });
    for (let n = 0; n < 5; n++) places.take("sms");
    places.giveBack("sms");
    places.giveAllBack();
    places.giveAllBack();
    expect(bulkheads.held).toBe(0);
  });

  it("are not counted for a channel that is gone: its sends fail at once", () => {
    const { places } = setup({});
    expect(places.take("sms")).toBe(true);
  });
});

describe("the next claim", () => {
  it("takes what the channels have places for, by their shares of late", () => {
    const { bulkheads } = setup({ sms: channel(100), chat: channel(100) });
    const whole = bulkheads.next();
    expect(whole?.count).toBe(BATCH);
    whole?.end();
    for (let n = 0; n < 50; n++) bulkheads.saw(100, new Map([["sms", 100]]));
    // 120 places: 100 and 20.
    const [first, second] = [bulkheads.next(), bulkheads.next()];
    expect([first?.count, second?.count]).toEqual([100, 20]);
    expect(bulkheads.next()).toBeNull();
    first?.end();
    first?.end();
    expect(bulkheads.next()?.count).toBe(100);
  });

  it("waits for a channel that is full, and goes on without it when it stays full", () => {
    const { bulkheads, fill, pass } = setup({ sms: channel(100), chat: channel(100) });
    for (let n = 0; n < 50; n++)
      bulkheads.saw(
        100,
        new Map([
          ["sms", 90],
          ["chat", 10],
        ]),
      );
    fill("sms");
    expect(bulkheads.next()).toBeNull();
    // A provider that may be fast has more time than that.
    pass(PATIENCE_MS + 1);
    expect(bulkheads.next()).toBeNull();
    pass(400);
    expect(bulkheads.next()).toMatchObject({ count: BATCH, stuck: new Set(["sms"]) });
    expect(bulkheads.room("sms")).toBe(0);
    expect(bulkheads.room("chat")).toBeGreaterThan(0);
    for (let n = 0; n < 20; n++) bulkheads.release("sms", false);
    expect(bulkheads.next()?.stuck).toEqual(new Set());
  });

  it("waits for a fast provider, and not for one that was found to be slow", () => {
    const isStuck = (answerMs: number): boolean => {
      const { bulkheads, fill, measure, pass } = setup({ sms: channel(100) });
      measure("sms", 300, answerMs, 50);
      for (let n = 0; n < 50; n++) bulkheads.saw(100, new Map([["sms", 100]]));
      fill("sms");
      pass(PATIENCE_MS + 1);
      return bulkheads.next()?.stuck.has("sms") === true;
    };
    expect([20, 300, 500, 5_000].map(isStuck)).toEqual([false, false, true, true]);
  });

  it("waits for a channel that is full of outcomes to be recorded, however long that takes", () => {
    const { bulkheads, fill, pass } = setup({ sms: channel(100) });
    for (let n = 0; n < 50; n++) bulkheads.saw(100, new Map([["sms", 100]]));
    for (let n = fill("sms"); n > 20; n--) bulkheads.sent("sms");
    pass(10 * PATIENCE_MS);
    expect(bulkheads.next()).toBeNull();
    for (let n = 0; n < 40; n++) bulkheads.release("sms", true);
    expect(bulkheads.next()).toMatchObject({ count: 40, stuck: new Set() });
  });

  it("is not held up by a channel with one connection that is hardly used", () => {
    const { bulkheads, fill, pass } = setup({ sms: channel(100), call: channel(1) });
    for (let n = 0; n < 50; n++) bulkheads.saw(100, new Map([["sms", 100]]));
    const claims = [bulkheads.next(), bulkheads.next()];
    expect(claims.map((claim) => claim?.count)).toEqual([100, 20]);
    for (const claim of claims) claim?.end();
    fill("call");
    const next = bulkheads.next();
    expect(next).toMatchObject({ count: 100, stuck: new Set() });
    next?.end();
    pass(PATIENCE_MS + 1);
    expect(bulkheads.next()).toMatchObject({ count: 100, stuck: new Set(["call"]) });
  });
});
