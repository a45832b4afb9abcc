/** E-mail addresses of buyers: they get messages, join nobody, and are opted out and erased by the address. */
import { describe, expect, it } from "vitest";
import { DAY, MINUTE } from "../../../src/core/values/duration.ts";
import { erase } from "../../../src/followup/erase.ts";
import { suppress, unsuppress } from "../../../src/followup/suppress.ts";
import { ALICE } from "../../support/campaigns.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { whereabouts } from "../../support/personal.ts";

const EMAIL = "family@acme.cn";
const created = (n: number, buyer: object, at = T0) =>
  receivedEvent(`e${n}`, "order.created", at, { id: `o${n}`, buyer });

async function mailed(...buyers: object[]) {
  const setup = await dispatchSetup({
    channels: ["email"],
    campaign: { quietHours: "off", staleAfter: 5 * MINUTE, limits: { max: 9, per: DAY, gap: 0 } },
  });
  await setup.at(T0);
  await setup.receive(...buyers.map((buyer, index) => created(index + 1, buyer)));
  const { sql } = setup.database;
  return {
    ...setup,
    sql,
    optOut: (address = EMAIL) => suppress(setup.dispatch, ALICE, { shop: "acme", address }),
    /** Where the orders' messages went. */
    due: async (minutes = 10) => {
      for (const at of [minutes, minutes + 6]) {
        await setup.at(T0 + at * MINUTE);
        await setup.drain();
      }
      return setup.sent.map(({ orders, to }) => `${orders} ${to}`).sort();
    },
    reasons: () =>
      sql<{ reason: string }[]>`
      select distinct reason from reminders where step = 'nudge' and reason is not null order by 1`.then((rows) =>
        rows.map(({ reason }) => reason),
      ),
    buyers: async () => (await sql`select from buyers where merged_into is null`).length,
  };
}

describe("an address of two buyers", () => {
  const two = [
    { id: "b1", email: EMAIL },
    { id: "b2", phone: "+8613912345678", email: "Family@ACME.cn" },
  ];

  it("does not join them, and each gets a message", async () => {
    const { due, buyers } = await mailed(...two);
    expect(await due()).toEqual([`o1 ${EMAIL}`, `o2 ${EMAIL}`]);
    expect(await buyers()).toBe(2);
  });

  it("is opted out for both by the address alone, and back in again", async () => {
    const { optOut, due, reasons, dispatch, receive, at, drain, sent } = await mailed(...two);
    expect(await optOut(" FAMILY@acme.cn")).toMatchObject({ kind: "added", masked: "f****@acme.cn" });
    expect(await optOut()).toMatchObject({ kind: "present" });
    expect(await due()).toEqual([]);
    expect(await reasons()).toEqual(["suppressed"]);
    await unsuppress(dispatch, ALICE, { shop: "acme", address: EMAIL });
    await receive(created(3, { id: "b1" }, T0 + 20 * MINUTE));
    await at(T0 + 30 * MINUTE);
    await drain();
    expect(sent.map(({ to }) => to)).toEqual([EMAIL]);
  });

  it("is opted out also for a buyer that reports it later", async () => {
    const { optOut, due, receive, at } = await mailed();
    await optOut();
    await at(T0 + MINUTE);
    await receive(created(1, { id: "b1", email: EMAIL }));
    expect(await due()).toEqual([]);
  });

  it("stays one address when they prove to be one buyer", async () => {
    const { receive, at, due, buyers, sql } = await mailed(...two);
    await at(T0 + MINUTE);
    await receive(receivedEvent("u1", "order.updated", T0 + 1, { id: "o1", buyer: { ...two[1], id: "b1" } }));
    await receive(receivedEvent("u2", "order.updated", T0 + 2, { id: "o2", buyer: { ...two[0], id: "b2" } }));
    expect(await buyers()).toBe(1);
    expect(await due()).toEqual([`o1,o2 ${EMAIL}`]);
    expect(await sql`select distinct address from contacts where kind = 'email'`).toHaveLength(1);
  });

  it("is erased with one of them: no row has it, and no later event is chased for it", async () => {
    const { dispatch, vault, sql, due, reasons, receive, at, sent } = await mailed(...two, {
      id: "b3",
      email: "c@acme.cn",
    });
    const result = await erase(dispatch, ALICE, { shop: "acme", buyer: "b1" });
    expect(result).toMatchObject({ kind: "erased", contacts: 2 });
    expect(await whereabouts(sql, [EMAIL], vault)).toEqual([]);
    expect(await due()).toEqual(["o3 c@acme.cn"]);
    expect(await reasons()).toEqual(["erased", "no_contact"]);
    await receive(created(4, { id: "person-44", email: EMAIL }, T0 + 20 * MINUTE));
    await at(T0 + 31 * MINUTE);
    expect(await whereabouts(sql, [EMAIL, "person-44"], vault)).toEqual([]);
    expect(sent).toHaveLength(1);
  });
});

it("the address that was reported last gets the message, also within one batch", async () => {
  const { receive, at, due, sql } = await mailed({ id: "b1", email: "first@acme.cn" });
  await at(T0 + MINUTE);
  await receive(
    receivedEvent("u2", "order.updated", T0 + 3, { id: "o1", buyer: { email: "third@acme.cn" } }),
    receivedEvent("u1", "order.updated", T0 + 2, { id: "o1", buyer: { email: "second@acme.cn" } }),
    receivedEvent("u3", "order.updated", T0 + 1, { id: "o1", buyer: { email: "third@acme.cn" } }),
  );
  expect(await sql`select from contacts where kind = 'email'`).toHaveLength(3);
  expect(await due()).toEqual(["o1 third@acme.cn"]);
});

it("a bad or masked address is no contact", async () => {
  const { due, reasons } = await mailed({ id: "b1", email: "l***i@acme.cn" }, { id: "b2", email: "none" });
  expect(await due()).toEqual([]);
  expect(await reasons()).toEqual(["no_contact"]);
});

it("goes with the buyer id that reported it, when a shared number had joined two", async () => {
  const shared = "+8613812340000";
  const { receive, at, due, buyers } = await mailed(
    { id: "b1", phone: shared, email: "one@acme.cn" },
    { id: "b2", phone: shared, email: "two@acme.cn" },
  );
  expect(await buyers()).toBe(1);
  await at(T0 + MINUTE);
  await receive(...[3, 4, 5, 6].map((n) => created(n, { id: `b${n}`, phone: shared })));
  expect(await buyers()).toBe(6);
  expect(await due()).toEqual(["o1 one@acme.cn", "o2 two@acme.cn"]);
});
