import { describe, expect, it } from "vitest";
import { lagOf } from "../../../src/db/reads/replica.ts";

describe("how far a replica is behind", () => {
  const positions = [
    { lsn: 100n, at: 1_000 },
    { lsn: 200n, at: 6_000 },
    { lsn: 200n, at: 11_000 },
    { lsn: 300n, at: 16_000 },
  ];

  it.each([
    ["has all", 300n, 0],
    ["is ahead of what is known", 900n, 0],
    ["has not reached the last position", 250n, 4_000],
    ["has not reached one since which the primary stood still", 150n, 14_000],
  ])("%s", (_, lsn, expected) => {
    expect(lagOf({ lsn, ageMs: 60_000 }, positions, 20_000)).toBe(expected);
  });

  it("is taken from its last transaction where it is before all positions", () => {
    expect(lagOf({ lsn: 50n, ageMs: 90_000 }, positions, 20_000)).toBe(90_000);
    expect(lagOf({ lsn: 50n, ageMs: 10 }, positions, 20_000)).toBe(19_000);
    expect(lagOf({ lsn: 50n, ageMs: null }, positions, 20_000)).toBe(Number.POSITIVE_INFINITY);
  });

  it("is nothing while no position is known", () => {
    expect(lagOf({ lsn: 50n, ageMs: 90_000 }, [], 20_000)).toBe(0);
  });
});
