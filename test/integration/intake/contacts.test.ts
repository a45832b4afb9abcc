/** Which address of a buyer gets the message, and which addresses join buyers. */
import { describe, expect, it } from "vitest";
import { DAY, MINUTE } from "../../../src/core/values/duration.ts";
import { createIntake } from "../../../src/intake/intake.ts";
import { listShared } from "../../../src/reporting/shared-contacts.ts";
import { dispatchSetup } from "../../support/dispatch.ts";
import { receivedEvent } from "../../support/intake.ts";
import { T0 } from "../../support/rules.ts";

const created = (id: string, buyer: object, at = T0) =>
  receivedEvent(`e-${id}`, "order.created", at, { id, buyer: { id: `b-${id}`, ...buyer } });

/** Order → the address that its reminder went to. */
const addressesOf = (sent: readonly { readonly orders: readonly string[]; readonly to: string }[]) =>
  Object.fromEntries(sent.flatMap(({ orders, to }) => orders.map((order) => [order, to])));

it("writes to the number that takes SMS, else to a chat handle, and never to a landline or an extension", async () => {
  const { receive, at, drain, sent, database } = await dispatchSetup();
  await at(T0);
  await receive(
    created("english", { phone: "13900003003", locale: "en-US" }),
    created("abroad", { phone: "(415) 555-2672", country: "us", locale: "es-MX" }),
    created("landline", { phone: "010-62345678" }),
    created("handle", { phone: "+862162345678", chat: { wechat: "openid-l2" } }),
    created("several", { phone: "010-62345678/13900002009" }),
    created("list", { phone: ["*", "13900002008.0"] }),
    created("extension1", { phone: "18400004003,1001" }),
    created("extension2", { phone: "18400004003,1002" }),
    created("unread", { phone: "1.39E+10" }),
  );
  await at(T0 + 10 * MINUTE);
  await drain();
  expect(addressesOf(sent)).toEqual({
    english: "+8613900003003",
    abroad: "+14155552672",
    handle: "openid-l2",
    several: "+8613900002009",
    list: "+8613900002008",
  });
  // The two extensions are two buyers. Their numbers are stored for a person who calls.
  const [{ buyers } = { buyers: 0 }] = await database.sql`select count(*)::int as buyers from buyers`;
  expect(buyers).toBe(9);
  const kinds = await database.sql`select kind, count(*)::int as contacts from contacts group by kind order by kind`;
  expect(kinds).toEqual([
    { kind: "call", contacts: 4 },
    { kind: "chat.wechat", contacts: 1 },
    { kind: "phone", contacts: 4 },
  ]);
});

it.each<[string, string | string[], string | null, string?]>([
  ["a landline", "010-62345678", "phone_takes_no_sms"],
  ["a number with an extension", "13900002009 转 1001", "phone_takes_no_sms"],
  ["a masked number", "138****5678", "phone_unreadable"],
  ["a masked number, several ways", ["138xxxx5678", "+86 138 **** 5678"], "phone_unreadable"],
  ["a placeholder", "13800138000", "phone_placeholder"],
  ["a placeholder of one digit", "9999999999", "phone_placeholder", "IN"],
  ["a number of the wrong country", "07911 123456", "phone_unreadable"],
  ["a number of the wrong country, in a shop of the United States", "13900003001", "phone_unreadable", "US"],
  ["a number of a shop whose country is not known", "13900003001", "phone_unreadable", ""],
  ["no number", "-", null],
])("%s is no contact, which is known before anything is sent", async (_what, phone, warning, country = "CN") => {
  const { ready, receive, at, drain, sent, database } = await dispatchSetup({
    channels: ["sms"],
    shop: { country: country || null },
    campaign: { quietHours: "off", staleAfter: 5 * MINUTE },
  });
  await at(T0);
  const event = created("one", { phone });
  expect(ready([event]).flatMap(({ warnings }) => warnings.map(({ code }) => code))).toEqual(
    warning === null ? [] : [warning],
  );
  await receive(event);
  const planned = await database.sql`select kind, reason from reminders where step = 'nudge'`;
  expect(planned).toEqual([{ kind: "skip", reason: "no_contact" }]);
  await at(T0 + 16 * MINUTE);
  await drain();
  expect(sent).toEqual([]);
});

it("reads a number in the country of the shop", async () => {
  const { receive, at, drain, sent } = await dispatchSetup({ channels: ["sms"], shop: { country: "US" } });
  await at(T0);
  await receive(created("one", { phone: "(415) 555-2672" }));
  await at(T0 + 10 * MINUTE);
  await drain();
  expect(sent.map(({ to }) => to)).toEqual(["+14155552672"]);
});

it("keeps a number that takes SMS when a landline is reported later, and joins buyers by a landline", async () => {
  const { receive, at, drain, sent } = await dispatchSetup();
  await at(T0);
  await receive(
    created("one", { phone: "13900003003" }),
    receivedEvent("u", "order.updated", T0 + 1, { id: "one", buyer: { phone: "010-62345678" } }),
    created("two", { phone: "010-62345678" }, T0 + 2),
  );
  await at(T0 + 11 * MINUTE);
  await drain();
  expect(sent.map(({ to, orders }) => [to, orders])).toEqual([["+8613900003003", ["one", "two"]]]);
});

it("takes placeholders for no identity: such buyers stay apart, and each gets the message", async () => {
  const { receive, at, drain, sent, database } = await dispatchSetup();
  await at(T0);
  const ids = ["0", "0", "t**1", "t**1", "null", "null", "Guest", "ＧＵＥＳＴ"];
  await receive(
    ...ids.map((id, n) => created(`o${n}`, { id, phone: `+861380000600${n}`, chat: { wechat: "undefined" } })),
  );
  await at(T0 + 10 * MINUTE);
  await drain();
  expect(addressesOf(sent)).toEqual(Object.fromEntries(ids.map((_, n) => [`o${n}`, `+861380000600${n}`])));
  expect(sent).toHaveLength(ids.length);
  expect(await database.sql`select from buyers where platform_id is not null`).toHaveLength(0);
});

it("gives a well-known number of nobody to no one, and lists it", async () => {
  const { receive, at, drain, sent, database, vault } = await dispatchSetup();
  await at(T0);
  await receive(
    created("one", { phone: "13800138000" }),
    created("two", { phone: "+86 138 0013 8000" }),
    created("three", { phone: "13800138000/13900003003" }),
    created("four", { phone: "13800138000", chat: { wechat: "w4" } }),
  );
  await receive(created("five", { phone: "13800138000" }));
  await at(T0 + 10 * MINUTE);
  await drain();
  expect(addressesOf(sent)).toEqual({ three: "+8613900003003", four: "w4" });
  expect(await database.sql`select from cases`).toHaveLength(5);
  const listed = await listShared(
    { sql: database.sql, vault, zoneOf: () => "UTC" },
    { shop: null, limit: 5, cursor: null },
  );
  const since = "2026-11-10T12:00:00+00:00";
  expect(listed?.items).toEqual([
    { shop: "acme", kind: "phone", masked: "+86138****8000", why: "placeholder", buyers: 4, since },
  ]);
});

describe("an address that more than joinAtMost buyer ids report", () => {
  const PHONE = "+8613900004004";
  const shared = (n: number, at = T0) => created(`o${n}`, { phone: PHONE }, at);
  const reasons = (database: Awaited<ReturnType<typeof dispatchSetup>>["database"]) =>
    database.sql`select orders, reason from reminders where step = 'nudge' order by orders`;

  it("joins nobody and gets no message when they come at once", async () => {
    const { receive, at, drain, sent, database } = await dispatchSetup();
    await at(T0);
    await receive(...[1, 2, 3, 4, 5, 6].map((n) => shared(n)));
    await at(T0 + 2 * 60 * MINUTE);
    await drain();
    expect(sent).toEqual([]);
    expect(await reasons(database)).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => ({ orders: [`o${n}`], reason: "no_contact" })),
    );
  });

  it("separates those that it had joined, with their orders and other contacts, however they arrive", async () => {
    const { receive, at, drain, sent, database } = await dispatchSetup();
    await at(T0);
    const own = (n: number) => ({ chat: { wechat: `w${n}` } });
    for (const n of [1, 2, 3, 4, 5]) await receive(created(`o${n}`, { phone: PHONE, ...own(n) }));
    // Names no id, and ties its order to the handle of the fifth buyer.
    const tie = { id: "o4", buyer: { chat: { wechat: "w5" } } };
    await receive(receivedEvent("tie", "order.updated", T0 + 1, tie));
    await receive(created("o6", { phone: PHONE }));
    // The second order of the third buyer, whose two ids a handle of its own joins.
    await receive(created("o7", { chat: { wechat: "w3" } }), created("o8", { id: "b-o3" }));
    await at(T0 + 10 * MINUTE);
    await drain();
    const all = sent.map(({ to, orders }) => [to, [...orders].sort()] as const).sort();
    expect(all).toEqual([
      ["w1", ["o1"]],
      ["w2", ["o2"]],
      ["w3", ["o3", "o7", "o8"]],
      ["w5", ["o4", "o5"]],
    ]);
    const paid = receivedEvent("paid", "order.paid", T0 + 11 * MINUTE, {
      id: "o2",
      buyer: { id: "b-o2", phone: PHONE },
    });
    await receive(paid);
    const open = await database.sql`select from cases where ended_at is null`;
    expect(open).toHaveLength(4);
  });

  it("lets the id stay that was reported first, also when one batch brought both buyers", async () => {
    const { receive, at, database } = await dispatchSetup({ shop: { joinAtMost: 2 } });
    await at(T0);
    await receive(shared(1));
    await receive(shared(2), created("o3", { phone: "+8613900004005" }));
    // The third id at the shared number, and an order of the second: these two are one buyer, and the first is another.
    await receive(receivedEvent("proof", "order.updated", T0 + 1, { id: "o2", buyer: { id: "b-o3", phone: PHONE } }));
    const stay = await database.sql`select platform_id as id from buyers where merged_into is null order by id`;
    expect(stay).toEqual([{ id: "b-o1" }, { id: "b-o2" }]);
  });

  it("joins up to the limit", async () => {
    const { receive, at, drain, sent } = await dispatchSetup();
    await at(T0);
    await receive(...[1, 2, 3, 4, 5].map((n) => shared(n)));
    await at(T0 + 10 * MINUTE);
    await drain();
    expect(sent.map(({ to, orders }) => [to, orders])).toEqual([[PHONE, ["o1", "o2", "o3", "o4", "o5"]]]);
  });

  it("is taken from its buyer by the report that goes over the limit, and is no message's any more", async () => {
    const { receive, at, drain, sent, database, vault } = await dispatchSetup({ shop: { joinAtMost: 2 } });
    await at(T0);
    await receive(shared(1));
    await receive(shared(2));
    await receive(created("other", { phone: "+8613900004005" }), created("last", { id: "b-o3", phone: PHONE }, T0 + 1));
    await receive(shared(4, T0 + 2), shared(4, T0 + 2));
    for (const minutes of [10, 120]) {
      await at(T0 + minutes * MINUTE);
      await drain();
    }
    expect(addressesOf(sent)).toEqual({ other: "+8613900004005" });
    const listed = await listShared(
      { sql: database.sql, vault, zoneOf: () => "UTC" },
      { shop: "acme", limit: 5, cursor: null },
    );
    expect(listed?.items).toMatchObject([{ masked: "+86139****4004", why: "shared", buyers: 4 }]);
    expect(listed?.next).toBeNull();
  });

  it("counts only those of the last 30 days, and joins again when there are few", async () => {
    const { receive, at, drain, sent } = await dispatchSetup({ shop: { joinAtMost: 1 } });
    await at(T0);
    await receive(shared(1), shared(2));
    const later = T0 + 40 * DAY;
    await at(later);
    await receive(shared(3, later));
    await receive(receivedEvent("e-again", "order.created", later, { id: "again", buyer: { phone: PHONE } }));
    await at(later + 10 * MINUTE);
    await drain();
    expect(sent.map(({ to, orders }) => [to, orders])).toEqual([[PHONE, ["again", "o3"]]]);
  });

  it("is found by many transactions at once", async () => {
    const { deps, at, drain, sent, database } = await dispatchSetup({ shop: { joinAtMost: 3 } });
    await at(T0);
    const processes = Array.from({ length: 4 }, () => createIntake(deps));
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => processes[n % 4]?.submit([shared(n), created(`x${n}`, {})])),
    );
    expect(answers.every((answer) => answer?.accepted === 2)).toBe(true);
    await at(T0 + 2 * 60 * MINUTE);
    await drain();
    expect(sent).toEqual([]);
    const [contact] = await database.sql`select buyer_id, reporters from contacts`;
    expect(contact?.buyer_id).toBeNull();
    expect(await database.sql`select from orders`).toHaveLength(24);
  });
});
