/** The shop's own signed webhooks pass the conformance suite; the rest here is their own. */
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { standard } from "../../../../src/sources/standard/source.ts";
import { RECEIVED_AT, testSource } from "../../../support/source-suite.ts";

const ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";
const EVENT = {
  id: "evt-1",
  type: "order.created",
  occurredAt: "2026-11-10T20:00:00+08:00",
  order: {
    id: "2233445566",
    amount: "129.00",
    currency: "CNY",
    createdAt: "2026-11-10T20:00:00+08:00",
    buyer: { id: "b-77", phone: "+8613812345678" },
  },
};

const AT = "2026-11-10T20:05:00+08:00";
const report = (topic: string, order: object) =>
  [topic, { occurredAt: AT, order: { id: "2233445566", ...order } }] as const;
/** Every field of an event, as a shop's own system reports the odd cases. */
const ODD = [
  // Without a phone number; free of charge, in a currency without decimals. Then a guest, and a masked number.
  report("order.created", { ...EVENT.order, amount: "0", currency: "JPY", buyer: { id: "b-77" } }),
  report("order.created", { ...EVENT.order, buyer: { phone: "+8613812345678" } }),
  report("order.created", { ...EVENT.order, buyer: { id: "b-77", phone: "138****5678" } }),
  // A new price, the deposit of a presale is paid, a transfer is under way.
  report("order.updated", { amount: "99.00", currency: "CNY" }),
  report("order.updated", { presale: { depositPaid: true, balanceFrom: AT, balanceTo: "2026-11-12T00:00:00+08:00" } }),
  report("order.updated", { pendingConfirmation: true }),
  // In part, and then as a whole.
  report("order.paid", { amount: "30.00", currency: "CNY", paidAt: AT }),
  report("order.refunded", { amount: "30.00", currency: "CNY" }),
  report("order.refunded", {}),
  report("order.closed", { closedAt: AT, reason: "the buyer cancelled" }),
];

/** By the reference implementation. */
function sign(rawBody: Buffer, secret: string, at = new Date(RECEIVED_AT)): Record<string, string> {
  const webhook = new Webhook(secret, secret.startsWith("whsec_") ? {} : { format: "raw" });
  return {
    "webhook-id": ID,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": webhook.sign(ID, at, rawBody.toString()),
  };
}

testSource({
  source: standard,
  sign: (rawBody, secret) => sign(rawBody, secret),
  headers: () => ({ "webhook-id": ID }),
  wrap: (topic, payload) => ({ type: topic, ...(payload as object) }),
  topics: ["order.created", "order.updated", "order.paid", "order.closed", "order.refunded"],
  otherTopic: "product.updated",
  golden: [
    { topic: "order.created", payload: EVENT, events: [{ ...EVENT, shop: "acme" }] },
    ...ODD.map(([topic, payload]) => ({
      topic,
      payload,
      events: [{ id: ID, type: topic, occurredAt: AT, shop: "acme", order: payload.order }],
    })),
    {
      topic: "order.paid",
      payload: { occurredAt: "2026-11-10T20:05:00+08:00", order: { id: "2233445566" } },
      events: [
        {
          id: ID,
          type: "order.paid",
          occurredAt: "2026-11-10T20:05:00+08:00",
          shop: "acme",
          order: { id: "2233445566" },
        },
      ],
    },
  ],
});

const read = (body: unknown) =>
  standard.toEvents({
    headers: { "webhook-id": ID },
    body,
    rawBody: Buffer.from(JSON.stringify(body)),
    shop: "acme",
    receivedAt: RECEIVED_AT,
  });

describe("the body", () => {
  test("may be an array: ids that are missing are made of the webhook's and the place", () => {
    const { id: _id, ...nameless } = EVENT;
    expect(read([nameless, EVENT])).toMatchObject({ ok: true, events: [{ id: `${ID}-0` }, { id: "evt-1" }] });
    expect(read([])).toMatchObject({ ok: false });
    expect(read(Array.from({ length: 1_001 }, () => EVENT))).toMatchObject({ ok: false });
  });

  test("may be an array with elements that are no event: each is refused by itself, and the others go in", () => {
    expect(read([EVENT, { id: "evt-2" }, null])).toMatchObject({
      ok: true,
      events: [{ id: "evt-1" }, { id: "evt-2" }, null],
    });
    for (const none of [{ id: "evt-2" }, [{ id: "evt-2" }, null], null])
      expect(read(none)).toMatchObject({ ok: false, message: expect.stringContaining("type is missing") });
  });

  test("is of the shop of the address", () => {
    expect(read({ ...EVENT, shop: "acme" }).ok).toBe(true);
    expect(read({ ...EVENT, shop: "other" })).toMatchObject({ ok: false, message: expect.stringMatching(/^shop: /) });
  });

  test("may hold events about something else beside", () => {
    expect(read([EVENT, { type: "product.updated" }])).toMatchObject({
      ok: true,
      events: [{ id: "evt-1" }],
      ignored: expect.stringContaining("product.updated"),
    });
  });
});

describe("the signature", () => {
  const rawBody = Buffer.from("{}");
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const verify = (headers: Record<string, string>, key = secret) =>
    standard.verify({
      headers,
      query: new URLSearchParams(),
      rawBody,
      secret: key,
      settings: {},
      receivedAt: RECEIVED_AT,
    });

  test("may be one of several, also of other versions", () => {
    const [mine, other] = [sign(rawBody, secret), sign(rawBody, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")];
    const both = `v1a,AAAA ${other["webhook-signature"]} ${mine["webhook-signature"]}`;
    expect(verify({ ...mine, "webhook-signature": both })).toEqual({ ok: true });
    expect(verify({ ...mine, "webhook-signature": `v1a,AAAA ${other["webhook-signature"]}` }).ok).toBe(false);
  });

  test.each([-301, 301, -3600, 3600])("of a clock %d seconds off is refused", (seconds) => {
    const result = verify(sign(rawBody, secret, new Date(RECEIVED_AT + seconds * 1000)));
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining("5 minutes") });
  });

  test("holds for its own id only", () => {
    expect(verify({ ...sign(rawBody, secret), "webhook-id": "msg_other" }).ok).toBe(false);
  });
});
