/** Cases without a usable contact: a person writes in the chat of the shop. */
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { claim, LEASE } from "../../../src/followup/desk/claims.ts";
import { optOut } from "../../../src/followup/suppress.ts";
import { deskSetup, VERA } from "../../support/desk.ts";
import { receivedEvent, T0 } from "../../support/dispatch.ts";

const MANUAL = { amountAtLeast: null, noContact: true, handBackAfter: 2 * HOUR };
const PHONE = "+8613812345678";

async function unreached(manual: object = {}) {
  const setup = await deskSetup({ manual: { ...MANUAL, ...manual } });
  const { receive, at, drain } = setup;
  await receive(receivedEvent("e1", "order.created", T0, { buyer: { id: "b1" } }));
  const tell = (minute: number) =>
    receive(receivedEvent(`t${minute}`, "order.updated", T0 + minute * MINUTE, { buyer: { id: "b1", phone: PHONE } }));
  const pass = async (minute: number) => {
    await at(T0 + minute * MINUTE);
    await drain();
  };
  return { ...setup, tell, pass };
}

describe("a case without a contact", () => {
  it("is a task, and goes back to the reminders after handBackAfter", async () => {
    const { only, list, rows, pass } = await unreached();
    expect(await only()).toMatchObject({ kind: "no_contact", state: "open", orders: ["o1"] });
    await pass(119);
    expect(await rows()).toEqual([]);
    await pass(120);
    expect(await list()).toEqual([]);
    expect(await list({ state: "done" })).toMatchObject([{ kind: "no_contact", why: "handed_back" }]);
  });

  it("goes back at once when a contact is reported before anybody takes it", async () => {
    const { list, rows, pass, tell, sent, sql } = await unreached();
    await pass(30);
    await tell(30);
    expect(await list()).toEqual([]);
    expect(await list({ state: "done" })).toMatchObject([{ kind: "no_contact", why: "handed_back" }]);
    expect(await rows()).toEqual(["33 planned nudge", "1410 planned last-call"]);
    await pass(33);
    expect(sent).toHaveLength(1);
    expect(await sql`select manual, manual_why from cases`).toEqual([{ manual: false, manual_why: "no_contact" }]);
  });

  it("stays with the person who took it, until they are gone", async () => {
    const { only, list, rows, pass, tell, deps, sent } = await unreached();
    const { id } = await only();
    await pass(30);
    await claim(deps, VERA, id);
    await tell(31);
    await pass(31);
    expect(await only()).toMatchObject({ id, state: "claimed", kind: "no_contact" });
    expect([await rows(), sent]).toEqual([[], []]);
    await pass(30 + LEASE / MINUTE);
    expect(await list()).toEqual([]);
    expect((await rows())[0]).toBe("48 planned nudge");
  });

  it("is a person's for its amount when it reaches that, whatever is reported then", async () => {
    const { only, receive, tell } = await unreached({ amountAtLeast: "200" });
    const more = { id: "o2", buyer: { id: "b1" } };
    await receive(receivedEvent("e2", "order.created", T0, more));
    await tell(0);
    expect(await only()).toMatchObject({ state: "open", orders: ["o1", "o2"] });
  });

  it("is no task when the buyer opted out, or by default", async () => {
    const { list, receive, sql, vault, shopOf } = await deskSetup({ manual: MANUAL });
    await optOut({ sql, vault, shopOf }, VERA, { shop: "acme", address: PHONE });
    await receive(receivedEvent("e1", "order.created", T0));
    expect(await list()).toEqual([]);
    const plain = await deskSetup({ manual: { amountAtLeast: "1000", handBackAfter: null } });
    await plain.receive(receivedEvent("e1", "order.created", T0, { buyer: { id: "b1" } }));
    expect(await plain.list()).toEqual([]);
  });

  it("is one case of two buyers that prove to be one, and goes back by the contact of the other", async () => {
    const { receive, list, rows } = await deskSetup({ manual: MANUAL });
    await receive(receivedEvent("e1", "order.created", T0, { buyer: { id: "b1" } }));
    await receive(receivedEvent("e2", "order.created", T0, { id: "o2", buyer: { phone: PHONE } }));
    expect(await list()).toMatchObject([{ kind: "no_contact", orders: ["o1"] }]);
    await receive(receivedEvent("e3", "order.updated", T0, { id: "o1", buyer: { id: "b1", phone: PHONE } }));
    expect(await list()).toEqual([]);
    expect((await rows())[0]).toBe("10 planned nudge");
  });
});
