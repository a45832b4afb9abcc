/** A channel that takes several kinds of contact: live sends take the one that rule 7 names. */
import { describe, expect, it } from "vitest";
import { MINUTE } from "../../../src/core/values/duration.ts";
import { suppress } from "../../../src/followup/suppress.ts";
import { ALICE } from "../../support/campaigns.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";

const HANDLE = { kind: "whatsapp", address: "85291234567" };
const PHONE = { kind: "phone", address: "+8613812345678" };

/** Where the message goes, and why it does not. */
async function sentTo(optedOut: readonly (typeof PHONE)[], buyer: object = {}) {
  const setup = await dispatchSetup({
    channels: ["whatsapp"],
    campaign: { quietHours: "off", staleAfter: 5 * MINUTE },
  });
  await setup.at(T0);
  const whole = { id: "b1", phone: PHONE.address, chat: { whatsapp: HANDLE.address, wechat: "w1" }, ...buyer };
  await setup.receive(receivedEvent("e1", "order.created", T0, { buyer: whole }));
  for (const address of optedOut) await suppress(setup.dispatch, ALICE, { shop: "acme", ...address });
  for (const minutes of [10, 16]) {
    await setup.at(T0 + minutes * MINUTE);
    await setup.drain();
  }
  const rows = await setup.database.sql<{ reason: string | null }[]>`select reason from reminders where step = 'nudge'`;
  return [...setup.sent.map(({ to }) => to), ...rows.flatMap(({ reason }) => reason ?? [])];
}

describe("WhatsApp", () => {
  it("takes the handle before the phone", async () => {
    expect(await sentTo([])).toEqual(["+85291234567"]);
  });

  it("takes the phone of a buyer without a handle", async () => {
    expect(await sentTo([], { chat: { wechat: "w1" } })).toEqual(["+8613812345678"]);
  });

  it("takes the phone if the handle opted out, and the handle if the phone did", async () => {
    expect(await sentTo([HANDLE])).toEqual(["+8613812345678"]);
    expect(await sentTo([PHONE])).toEqual(["+85291234567"]);
  });

  it("takes none if both did, or the buyer has none", async () => {
    expect(await sentTo([HANDLE, PHONE])).toEqual(["suppressed"]);
    expect(await sentTo([], { phone: null, chat: { wechat: "w1" } })).toEqual(["no_contact"]);
  });
});
