import { describe, expect, it } from "vitest";
import { variantOf } from "../../../../src/core/rules/arms.ts";
import { MINUTE } from "../../../../src/core/values/duration.ts";
import { buyerOf, campaignOf, created, T0 } from "../../../support/rules.ts";

const weighted = (a: number, b: number) =>
  campaignOf({
    variants: [
      { key: "a", weight: a },
      { key: "b", weight: b },
    ],
  });
const buckets = Array.from({ length: 10_000 }, (_, n) => n * 2_654_435);

describe("variants", () => {
  it("fall by weight, and give way only as far as the weights change", () => {
    const before = buckets.map((bucket) => variantOf(weighted(50, 50), "acme", bucket));
    const after = buckets.map((bucket) => variantOf(weighted(70, 30), "acme", bucket));
    expect(after.filter((variant) => variant === "a").length / buckets.length).toBeCloseTo(0.7, 1);
    expect(before.filter((variant, index) => variant === "a" && after[index] === "b")).toEqual([]);
  });

  it("stay with treated buyers, whatever the weights are now", () => {
    for (const bucket of buckets.slice(0, 100))
      for (const campaign of [weighted(50, 50), weighted(0, 100), weighted(100, 0)])
        expect([variantOf(campaign, "acme", bucket, "a"), variantOf(campaign, "acme", bucket, "b")]).toEqual([
          "a",
          "b",
        ]);
  });

  it("are drawn again when the campaign no longer has the earlier one", () => {
    for (const bucket of buckets.slice(0, 100))
      expect(variantOf(weighted(50, 50), "acme", bucket, "c")).toBe(variantOf(weighted(50, 50), "acme", bucket));
  });

  it("of earlier sends are kept by later sends", () => {
    const sent = (treated: string | null) => {
      const buyer = buyerOf({ campaigns: [weighted(0, 100)] });
      if (treated !== null) buyer.state.treated.set("default", treated);
      return buyer.receive(T0, created("o", 0)).run(T0 + 10 * MINUTE).out[0]?.variant;
    };
    expect([sent(null), sent("a")]).toEqual(["b", "a"]);
  });
});
