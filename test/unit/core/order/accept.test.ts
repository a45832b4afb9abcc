import { expect, test } from "vitest";
import { acceptEvent } from "../../../../src/core/order/accept.ts";
import type { ShopPolicy } from "../../../../src/core/values/policy.ts";

const shop: ShopPolicy = {
  id: "acme",
  timeZone: "UTC",
  locale: "zh-CN",
  currency: "CNY",
  country: "CN",
  joinAtMost: 5,
  closeAfter: null,
  quietHours: null,
  cashOnDelivery: [],
  chaseShipped: false,
  name: null,
};
const accept = (type: string, buyer: object | null, shopId = "acme") => {
  const at = "2026-11-10T20:00:00+08:00";
  const order = { id: "o1", amount: "1.00", currency: "CNY", createdAt: at, buyer };
  const event = { id: "e1", type, occurredAt: at, shop: shopId, order };
  return acceptEvent(event, (id) => (id === "acme" ? shop : null));
};

test("an event of a configured shop is accepted with the identities of its buyer", () => {
  expect(accept("order.created", { id: "b1", phone: "138 1234 5678" })).toMatchObject({
    ok: true,
    event: { id: "e1", shop: "acme" },
    identities: { platformId: "b1", contacts: [{ kind: "phone", value: "+8613812345678" }] },
    identity: "id:b1",
  });
  expect(accept("order.paid", null)).toMatchObject({ ok: true, identity: null });
});

test.each<[string, ReturnType<typeof accept>, string | null, string]>([
  ["another shop", accept("order.created", { id: "b1" }, "beta"), "unknown_shop", 'shop: "beta" is not configured'],
  ["a phone that no one has", accept("order.created", { phone: "12" }), "invalid_event", "order.buyer.phone: is not"],
  ["a phone without digits", accept("order.created", { phone: "abc" }), "invalid_event", "order.buyer.phone: has no"],
  [
    "a phone that no one has, and other fields that cannot be read",
    accept("order.created", { phone: "12", country: "China", email: "mei", timeZone: "Nowhere" }),
    "invalid_event",
    "order.buyer.phone: is not",
  ],
  ["a zone alone", accept("order.created", { phone: " ", timeZone: "Nowhere" }), "invalid_event", "needs at least one"],
  ["an unknown type", accept("order.lost", null), "invalid_event", "type: must be one of"],
])("an event of %s is refused by its id", (_name, result, code, message) => {
  expect(result).toMatchObject({ ok: false, id: "e1", rejection: { code, message: expect.stringContaining(message) } });
});

test("an event without an id is refused without one", () => {
  expect(acceptEvent([], () => shop)).toMatchObject({ ok: false, id: null });
});

test.each([
  ["Asia/Tokyo", "Asia/Tokyo", []],
  ["UTC+8", "Etc/GMT-8", []],
  [null, null, []],
  [
    "CST",
    null,
    [
      "order.buyer.timeZone: CST means several time zones: write Asia/Shanghai or America/Chicago; the shop's time zone is used",
    ],
  ],
  ["Mars/Base", null, [expect.stringContaining("order.buyer.timeZone: is not an IANA time zone")]],
])("the zone %j of a buyer is read as %j", (timeZone, zone, said) => {
  const result = accept("order.created", { id: "b1", timeZone });
  if (!result.ok) throw new Error("refused");
  expect(result.event.order.buyer?.timeZone).toBe(zone);
  expect(result.warnings.map(({ message }) => message)).toEqual(said);
});
