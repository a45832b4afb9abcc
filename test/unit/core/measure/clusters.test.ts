import { expect, it } from "vitest";
import { moneyArm, type OrderSums, orderArms } from "../../../../src/core/measure/clusters.ts";
import { liftOf } from "../../../../src/core/measure/lift.ts";

/** [orders, paid, buyers of that kind] */
const sums = (kinds: readonly (readonly [m: number, s: number, times: number])[]): OrderSums => {
  const total = { buyers: 0, m: 0, s: 0, mm: 0, ss: 0, ms: 0 };
  for (const [m, s, times] of kinds) {
    total.buyers += times;
    total.m += m * times;
    total.s += s * times;
    total.mm += m * m * times;
    total.ss += s * s * times;
    total.ms += m * s * times;
  }
  return total;
};

const alike = {
  treated: sums([
    [1, 1, 20],
    [1, 0, 30],
    [3, 3, 6],
    [3, 0, 8],
    [8, 8, 2],
    [8, 0, 2],
  ]),
  held: sums([
    [1, 1, 5],
    [1, 0, 15],
    [4, 4, 1],
    [4, 0, 4],
  ]),
};
const apart = {
  treated: sums([
    [1, 1, 20],
    [1, 0, 30],
    [3, 1, 10],
    [3, 2, 4],
    [8, 3, 3],
    [8, 5, 1],
  ]),
  held: sums([
    [1, 1, 5],
    [1, 0, 15],
    [4, 2, 2],
    [4, 1, 2],
    [4, 0, 1],
  ]),
};

// Computed by another program.
it("counts orders that are paid together as fewer", () => {
  const plain = liftOf([
    {
      treated: { n: alike.treated.m, paid: alike.treated.s },
      held: { n: alike.held.m, paid: alike.held.s },
      weight: 1,
    },
  ]);
  expect([plain?.lift, plain?.low, plain?.high].map((value) => value?.toFixed(4))).toEqual([
    "0.2105",
    "0.0385",
    "0.3450",
  ]);
  const arms = orderArms(alike.treated, alike.held);
  expect(alike.treated.m / arms.treated.n).toBeCloseTo(3.4839, 4);
  expect(alike.held.m / arms.held.n).toBeCloseTo(2.5, 4);
  const found = liftOf([{ ...arms, weight: 1 }]);
  expect([found?.low, found?.high].map((value) => value?.toFixed(4))).toEqual(["-0.0757", "0.4227"]);
});

it("counts orders with fates of their own as they are", () => {
  const found = liftOf([{ ...orderArms(apart.treated, apart.held), weight: 1 }]);
  expect([found?.lift, found?.low, found?.high].map((value) => value?.toFixed(4))).toEqual([
    "0.1444",
    "-0.0301",
    "0.2883",
  ]);
});

it("has no trials without orders or money", () => {
  expect(orderArms(sums([]), alike.held).treated).toEqual({ n: 0, paid: 0 });
  expect(moneyArm({ stake: 0, got: 0, squares: 0 })).toEqual({ n: 0, paid: 0 });
});

it("counts equal stakes as they are, and one large one as one", () => {
  expect(moneyArm({ stake: 50, got: 20, squares: 5 * 10 * 10 })).toEqual({ n: 5, paid: 2 });
  const { n, paid } = moneyArm({ stake: 1_000_099, got: 1_000_000, squares: 1_000_000 ** 2 + 99 });
  expect(n).toBeCloseTo(1, 3);
  expect(paid / n).toBeCloseTo(0.9999, 4);
});
