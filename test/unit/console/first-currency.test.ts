import { expect, it } from "vitest";
import { firstCurrency } from "../../../src/console/pages/follow-up/lead/first-currency.ts";

const SHOPS = [
  { name: "acme", currency: "EUR" },
  { name: "plum", currency: "CNY" },
  { name: "tea", currency: "CNY" },
  { name: "gone", currency: null },
];
const paid = (currency: string) => ({ costPerHour: { amount: "20", currency } });

it.each([
  [["acme"], "EUR"],
  [["acme", "plum", "tea"], "CNY"],
  [[], "CNY"],
  [["gone"], "JPY"],
  [["not-listed"], "JPY"],
])("the wage of somebody for %j begins with %s", (shops, currency) => {
  expect(firstCurrency(shops, SHOPS, [{ costPerHour: null }, paid("JPY")])).toBe(currency);
});

it("nothing is guessed", () => {
  expect(firstCurrency([], [], [])).toBe("");
});
