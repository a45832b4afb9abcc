import { expect, it } from "vitest";
import { separate } from "../../../../src/core/order/separate.ts";

const joined = (
  orders: Record<string, string[]>,
  contacts: Record<string, string[]> = {},
  through: Record<string, string[]> = {},
  emails: Record<string, string[]> = {},
) => ({
  own: "a",
  ids: ["b", "c", "d"],
  orders: new Map(Object.entries(orders).map(([id, reporters]) => [id, { reporters, through: through[id] ?? [] }])),
  contacts: new Map(Object.entries(contacts)),
  emails: new Map(Object.entries(emails)),
});

it("lets each id go that nothing joins, with its orders and contacts", () => {
  expect(separate(joined({ o1: ["a"], o2: ["b"], o3: ["c"], o4: [] }, { w1: ["a"], w2: ["b"], q: [] }))).toEqual([
    { ids: ["b"], orders: ["o2"], contacts: ["w2"], copies: [] },
    { ids: ["c"], orders: ["o3"], contacts: [], copies: [] },
    { ids: ["d"], orders: [], contacts: [], copies: [] },
  ]);
});

it("keeps ids together that an order or another contact joins", () => {
  expect(separate(joined({ o1: ["a", "b"], o2: ["c"] }, { w: ["c", "d"] }))).toEqual([
    { ids: ["c", "d"], orders: ["o2"], contacts: ["w"], copies: [] },
  ]);
  expect(separate(joined({ o1: ["b", "c"] }, { w: ["c", "d"], v: ["d", "a"] }))).toEqual([]);
  // By way of an id that is not the buyer's any more.
  expect(separate(joined({ o1: ["b", "x"], o2: ["x", "a"] }))).toMatchObject([{ ids: ["c"] }, { ids: ["d"] }]);
});

it("leaves each id the e-mail addresses that it reported, and joins nothing by them", () => {
  const emails = { shared: ["a", "b"], gone: ["b"], both: ["b", "c"], old: ["x"], silent: [] };
  expect(separate(joined({ o1: ["a"], o2: ["b"] }, {}, {}, emails))).toEqual([
    { ids: ["b"], orders: ["o2"], contacts: ["gone", "both"], copies: ["shared"] },
    { ids: ["c"], orders: [], contacts: [], copies: ["both"] },
    { ids: ["d"], orders: [], contacts: [], copies: [] },
  ]);
});

it("keeps ids together whose orders a contact joins that was reported without an id", () => {
  expect(separate(joined({ o1: ["a"], o2: ["b"], o3: ["c"] }, { w: [] }, { o1: ["w"], o2: ["w"] }))).toMatchObject([
    { ids: ["c"] },
    { ids: ["d"] },
  ]);
  // The contact of one order is what an id reported for another.
  expect(separate(joined({ o1: ["a"], o2: [] }, { w: ["b"] }, { o1: ["w"] }))).toMatchObject([
    { ids: ["c"] },
    { ids: ["d"] },
  ]);
  // An order that names no id goes with its contact; one whose contact is not the buyer's any more joins nothing.
  expect(
    separate(joined({ o1: ["b"], o2: [], o3: [] }, { w: ["b"] }, { o1: ["x"], o2: ["w", "x"], o3: ["x"] })),
  ).toEqual([
    { ids: ["b"], orders: ["o1", "o2"], contacts: ["w"], copies: [] },
    { ids: ["c"], orders: [], contacts: [], copies: [] },
    { ids: ["d"], orders: [], contacts: [], copies: [] },
  ]);
});
