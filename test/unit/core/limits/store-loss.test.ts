import { describe, expect, it } from "vitest";
import { judgeStore } from "../../../../src/core/limits/store-loss.ts";
import { MINUTE, SECOND } from "../../../../src/core/values/duration.ts";

const store = { system: "7713", tables: "16384.16500", timeline: 1 };
const now = Date.parse("2026-11-11T00:00:00Z");
const seenAt = now - 4 * SECOND;

describe("a store", () => {
  it.each([
    ["is the same", { is: store }, { kind: "same" }],
    ["is one that does not say which it is", { is: null }, { kind: "same" }],
    ["is new", { is: store, was: null, seenAt: null }, { kind: "first" }],
    [
      "is a standby that took over",
      { is: { ...store, timeline: 2 } },
      { kind: "took_over", lostUntil: now + 5 * SECOND },
    ],
    [
      "was brought back to a time long ago",
      { is: { ...store, timeline: 2 }, seenAt: now - 11 * MINUTE },
      { kind: "restored", lostSince: now - 11 * MINUTE - 20 * SECOND },
    ],
    [
      "is a dump in a database of the same server",
      { is: { ...store, tables: "16999.17000" } },
      { kind: "restored", lostSince: seenAt - 20 * SECOND },
    ],
    [
      "is a dump on another server",
      { is: { ...store, system: "9" }, seenAt: null },
      { kind: "restored", lostSince: null },
    ],
  ])("%s", (_, change, expected) => {
    expect(judgeStore({ now, was: store, seenAt, ...change })).toEqual(expected);
  });
});
