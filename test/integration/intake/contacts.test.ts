/** Which address of a buyer gets the message, and which addresses join buyers. */
import { expect, it } from "vitest";
import { MINUTE } from "../../../src/core/values/duration.ts";
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
