import { expect, it } from "vitest";
import { separate } from "../../../../src/core/order/separate.ts";

const joined = (orders: Record<string, string[]>, contacts: Record<string, string[]> = {}) => ({
  own: "a",
  ids: ["b", "c", "d"],
  orders: new Map(Object.entries(orders)),
  contacts: new Map(Object.entries(contacts)),
});

it("lets each id go that nothing joins, with its orders and contacts", () => {
  expect(separate(joined({ o1: ["a"], o2: ["b"], o3: ["c"], o4: [] }, { w1: ["a"], w2: ["b"], q: [] }))).toEqual([
    { ids: ["b"], orders: ["o2"], contacts: ["w2"] },
    { ids: ["c"], orders: ["o3"], contacts: [] },
    { ids: ["d"], orders: [], contacts: [] },
  ]);
});

it("keeps ids together that an order or another contact joins", () => {
  expect(separate(joined({ o1: ["a", "b"], o2: ["c"] }, { w: ["c", "d"] }))).toEqual([
    { ids: ["c", "d"], orders: ["o2"], contacts: ["w"] },
  ]);
  expect(separate(joined({ o1: ["b", "c"] }, { w: ["c", "d"], v: ["d", "a"] }))).toEqual([]);
  // By way of an id that is not the buyer's any more.
  expect(separate(joined({ o1: ["b", "x"], o2: ["x", "a"] }))).toMatchObject([{ ids: ["c"] }, { ids: ["d"] }]);
});
