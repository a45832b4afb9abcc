import { expect, it } from "vitest";
import { NOT_CHASED_ZH } from "../../../src/console/pages/orders/not-chased.ts";
import { NOT_CHASED } from "../../../src/reporting/orders/not-chased.ts";

it("the console says in Chinese why an order is not chased, whatever the server says", () => {
  expect(Object.keys(NOT_CHASED_ZH).sort()).toEqual(Object.values(NOT_CHASED).sort());
});
