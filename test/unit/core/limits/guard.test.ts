import { describe, expect, it } from "vitest";
import { whyHold } from "../../../../src/core/limits/guard.ts";
import { MINUTE } from "../../../../src/core/values/duration.ts";
import { methodName, readMethodName } from "../../../../src/core/values/payment-method.ts";
import { DEFAULT_GUARD } from "../../../../src/core/values/policy.ts";

/** [unpaid, orders]. */
type Count = readonly [number, number];
const holds = ([unpaid, orders]: Count, [before, of]: Count, unpaidJump = 3): boolean =>
  whyHold({ unpaid, orders }, { unpaid: before, orders: of }, { ...DEFAULT_GUARD, unpaidJump }) !== null;

describe("the guard holds a payment method", () => {
  it.each<[string, recent: Count, usual: Count, held: boolean]>([
    ["three times the usual 20%", [60, 100], [1_000, 5_000], true],
    ["not quite three times", [59, 100], [1_000, 5_000], false],
    ["as usual", [20, 100], [1_000, 5_000], false],
    ["better than usual", [0, 100], [1_000, 5_000], false],
    ["everything is unpaid", [50, 50], [1_000, 5_000], true],
    ["too few orders, as at night", [49, 49], [1_000, 5_000], false],
    ["a new method without a past", [100, 100], [0, 0], false],
    ["a past that is too short", [100, 100], [100, 499], false],
    ["a past that is just long enough", [100, 100], [100, 500], true],
    ["always paid before: 5% count as usual, and a few are not a jump", [14, 100], [0, 5_000], false],
    ["always paid before, and no longer", [30, 100], [0, 5_000], true],
    ["three times 5%, which chance may do with 60 orders", [9, 60], [0, 5_000], false],
    ["three times 5%, which chance does not do with 600", [90, 600], [0, 5_000], true],
    ["40% cannot be trebled: a third of the paid share is left", [80, 100], [2_000, 5_000], true],
    ["40%, and more than a third of the paid share is left", [79, 100], [2_000, 5_000], false],
    ["60%: a third is left, but of 50 orders that may be chance", [44, 50], [3_000, 5_000], false],
    ["60%: a third is left of 200", [174, 200], [3_000, 5_000], true],
    ["nobody ever pays within minutes: a bank transfer", [500, 500], [5_000, 5_000], false],
    ["nearly nobody does", [50, 50], [4_900, 5_000], false],
  ])("%s", (_, recent, usual, held) => {
    expect(holds(recent, usual)).toBe(held);
  });

  it("with the factor of the configuration", () => {
    expect(holds([400, 1_000], [1_000, 5_000], 2)).toBe(true);
    expect(holds([399, 1_000], [1_000, 5_000], 2)).toBe(false);
  });

  it("and says why", () => {
    expect(
      whyHold(
        { unpaid: 62, orders: 80 },
        { unpaid: 1_150, orders: 5_210 },
        { ...DEFAULT_GUARD, within: 20 * MINUTE, unpaidJump: 2.5 },
      ),
    ).toEqual({
      code: "unpaid",
      message:
        "62 of 80 orders within 20m were unpaid 5m after they came: 77.5%. Usual are 22.1%, of 5210 orders before; guard.unpaidJump is 2.5x",
    });
  });
});

it("a shop and its method have one name that no other pair has", () => {
  const pairs = [
    { shop: "acme", method: "alipay" },
    { shop: "a/b", method: "c" },
    { shop: "a", method: "b/c" },
    { shop: "a%2Fb", method: "c" },
    { shop: "淘宝", method: "支付宝 100%" },
  ];
  const names = pairs.map(methodName);
  expect(names).toEqual(["acme/alipay", "a%2Fb/c", "a/b/c", "a%252Fb/c", "淘宝/支付宝 100%"]);
  expect(names.map(readMethodName)).toEqual(pairs);
});
