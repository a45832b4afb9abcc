import { expect, it } from "vitest";
import { createPartition } from "../../../../src/rehearsal/file/partition.ts";
import { shopPolicy } from "../../../support/rules.ts";

const BUCKETS = 4_000;

/** The buckets of lines of the shop acme. */
function bucketsOf(...lines: readonly object[]): number[] {
  const partition = createPartition((id) => (id === "acme" ? shopPolicy() : null));
  for (const line of lines) partition.add({ shop: "acme", ...line });
  return [...partition.buckets(BUCKETS)];
}

it("keeps lines together that spell the id of an order, an event, a buyer or a handle in another way", () => {
  const [order, paid, other] = bucketsOf(
    { id: "1", order: { id: "7 ", buyer: { id: "a" } } },
    { id: "2", order: { id: "'7" } },
    { id: "3", order: { id: "8" } },
  );
  expect([paid === order, other === order]).toEqual([true, false]);
  const buyers = bucketsOf(
    { id: "1", order: { id: "1", buyer: { id: "a", chat: { wechat: "w\t" } } } },
    { id: "2", order: { id: "2", buyer: { id: "\ufeffa" } } },
    { id: "3", order: { id: "3", buyer: { chat: { wechat: "w" } } } },
    { id: "1\n", order: { id: "4" }, shop: " acme" },
  );
  expect(new Set(buyers).size).toBe(1);
});
