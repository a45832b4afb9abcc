/** Youzan's messages pass the conformance suite; the rest here is its own. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parseEvent } from "../../../../src/core/order/event.ts";
import { foldOrder, overState } from "../../../../src/core/order/order.ts";
import { youzan } from "../../../../src/sources/youzan/source.ts";
import { RECEIVED_AT, testSource } from "../../../support/source-suite.ts";
import { SHOP } from "../shopify/sample.ts";

const TID = "E20261110200000012345678";
const CLIENT = "a1b2c3d4e5f6";
const TRADE = {
  order_info: {
    tid: TID,
    status: "WAIT_BUYER_PAY",
    created: "2026-11-10 20:00:00",
    update_time: "2026-11-10 20:00:00",
    expired_time: "2026-11-10 21:00:00",
    pay_time: "",
    pay_type: 0,
    close_type: 0,
  },
  pay_info: { payment: "99.90", total_fee: "99.90", post_fee: "0.00" },
  buyer_info: { buyer_id: 7011223344556677, buyer_phone: "13812345678", fans_type: 1, outer_user_id: "oWx-1" },
  address_info: { receiver_name: "李雷", receiver_tel: "13900000000" },
  orders: [{ oid: "1", title: "茶叶", num: 2, price: "49.95", is_pre_sale: "0" }],
};
type Change = { readonly [K in keyof typeof TRADE]?: object };
const trade = (change: Change = {}) => ({
  full_order_info: Object.fromEntries(
    Object.entries(TRADE).map(([key, part]) => {
      const more = change[key as keyof Change];
      return [key, more === undefined ? part : Array.isArray(part) ? more : { ...part, ...more }];
    }),
  ),
});
const SHORT = { buyer_info: { buyer_id: 70112233 } };

/** As the platform posts it: `msg` is percent-encoded, with + for a blank. */
const wrap = (type: string, msg: unknown, more: object = {}) => ({
  client_id: CLIENT,
  id: TID,
  kdt_id: 88,
  msg: encodeURIComponent(JSON.stringify(msg)).replaceAll("%20", "+"),
  msg_id: "5f1c",
  status: "WAIT_BUYER_PAY",
  test: false,
  type,
  version: 1762776000,
  ...more,
});
const read = (body: unknown) =>
  youzan.toEvents({
    headers: {},
    body,
    rawBody: Buffer.from(JSON.stringify(body)),
    shop: "acme",
    receivedAt: RECEIVED_AT,
  });
/** The events, all of which intake accepts. */
function accepted(body: unknown) {
  const result = read(body);
  if (!result.ok) throw new Error(result.message);
  return result.events.map((event) => {
    const parsed = parseEvent(event);
    if (!parsed.ok) throw new Error(parsed.rejection.message);
    return parsed.event;
  });
}
const events = (change: Change = {}) => accepted(wrap("trade_TradeCreate", trade(change)));
const fold = (...changes: Change[]) =>
  foldOrder(
    changes.flatMap((change) => events(change)),
    SHOP,
  );

const CLOSE = { tid: TID, close_reason: "买家取消", close_type: 2, update_time: "2026-11-10 20:30:00" };

testSource({
  source: youzan,
  sign: (rawBody, secret) => ({
    "event-sign": createHash("md5").update(rawBody).update(secret).digest("hex"),
  }),
  headers: () => ({}),
  wrap,
  topics: [
    "trade_TradeCreate",
    "trade_TradePaid",
    "trade_TradeClose",
    "trade_TradeSuccess",
    "trade_TradePartlySellerShip",
  ],
  otherTopic: "item_ItemUpdate",
  golden: [
    {
      topic: "trade_TradeCreate",
      payload: trade(SHORT),
      events: [
        {
          id: expect.stringMatching(/^youzan-trade-E20261110200000012345678-[0-9a-f]{24}$/),
          type: "order.created",
          occurredAt: "2026-11-10T20:00:00+08:00",
          shop: "acme",
          order: {
            id: TID,
            amount: "99.90",
            currency: "CNY",
            createdAt: "2026-11-10T20:00:00+08:00",
            closesAt: "2026-11-10T21:00:00+08:00",
            buyer: { id: "70112233", phone: "13812345678", country: "CN", chat: { wechat: "oWx-1" }, name: "李雷" },
            items: [{ sku: null, title: "茶叶", quantity: 2, price: "49.95" }],
            paymentMethod: "0",
            presale: null,
            note: null,
          },
        },
      ],
    },
    {
      topic: "trade_TradePaid",
      payload: { tid: TID, update_time: "2026-11-10 20:10:00" },
      events: [
        {
          id: `youzan-trade-${TID}-paid`,
          type: "order.paid",
          occurredAt: "2026-11-10T20:10:00+08:00",
          shop: "acme",
          order: { id: TID, paidAt: "2026-11-10T20:10:00+08:00" },
        },
      ],
    },
    ...["trade_TradeBuyerPay", "trade_TradeSuccess"].map((topic) => ({
      topic,
      payload: { tid: TID, pay_time: "2026-11-10 20:09:59", update_time: "2026-11-10 20:10:00" },
      events: [
        {
          id: `youzan-trade-${TID}-paid`,
          type: "order.paid",
          occurredAt: "2026-11-10T20:10:00+08:00",
          shop: "acme",
          order: { id: TID, paidAt: "2026-11-10T20:09:59+08:00" },
        },
      ],
    })),
    {
      // Refunded in part: the rest of the payment stands, and the trade does not say how much went back.
      topic: "trade_TradePartlySellerShip",
      payload: trade({
        ...SHORT,
        order_info: {
          status: "WAIT_SELLER_SEND_GOODS",
          pay_time: "2026-11-10 20:04:00",
          update_time: "2026-11-10 20:20:00",
          refund_state: 2,
        },
      }),
      events: [
        { type: "order.updated", occurredAt: "2026-11-10T20:20:00+08:00", order: { id: TID, amount: "99.90" } },
        {
          id: `youzan-trade-${TID}-paid`,
          type: "order.paid",
          order: { id: TID, paidAt: "2026-11-10T20:04:00+08:00" },
        },
      ].map((event) => expect.objectContaining({ ...event, order: expect.objectContaining(event.order) })),
    },
    {
      topic: "trade_TradeClose",
      payload: CLOSE,
      events: [
        {
          id: `youzan-trade-${TID}-closed`,
          type: "order.closed",
          occurredAt: "2026-11-10T20:30:00+08:00",
          shop: "acme",
          order: { id: TID, closedAt: "2026-11-10T20:30:00+08:00", reason: "买家取消" },
        },
      ],
    },
  ],
});

describe("a message", () => {
  test.each([true, 1, "1", "true"])("with test %o is a heartbeat", (value) => {
    expect(read(wrap("trade_TradeCreate", trade(), { test: value }))).toEqual({
      ok: true,
      events: [],
      ignored: "a heartbeat",
    });
  });

  test.each([false, 0, "0", "null", null])("with test %o is none", (value) => {
    expect(read(wrap("trade_TradeCreate", trade(), { test: value }))).toMatchObject({ ok: true, events: [{}] });
  });

  test("keeps ids of 64 bits that are numbers", () => {
    const raw = JSON.stringify(trade()).replace("7011223344556677", "7011223344556677889");
    const body = { ...wrap("trade_TradeCreate", {}), msg: encodeURIComponent(raw) };
    expect(read(body)).toMatchObject({ events: [{ order: { buyer: { id: "7011223344556677889" } } }] });
    const paid = { ...wrap("trade_TradePaid", {}), msg: encodeURIComponent('{"tid":9007199254740993}') };
    expect(read(paid)).toMatchObject({ events: [{ order: { id: "9007199254740993" } }] });
  });

  test("whose msg is not percent-encoded JSON is refused", () => {
    for (const msg of ["%E4%", "%5B%5D", ""])
      expect(read({ ...wrap("trade_TradePaid", {}), msg })).toMatchObject({
        ok: false,
        message: expect.stringMatching(/^msg: /),
      });
  });

  test("of a shipped part says nothing about a payment", () => {
    expect(read(wrap("trade_TradePartlySellerShip", { tid: TID }))).toMatchObject({ ok: true, events: [] });
  });
});

describe("the status of a trade", () => {
  const info = (status: string, more: object = {}): Change => ({ order_info: { status, ...more } });
  test.each<[Change, string[]]>([
    [info("WAIT_BUYER_PAY"), []],
    [info("WAIT_SELLER_SEND_GOODS", { pay_time: "2026-11-10 20:04:00" }), ["order.paid"]],
    [info("WAIT_SELLER_SEND_GOODS", { pay_type: 9 }), []],
    // Paid, and the group of buyers or the shop still has to confirm it.
    [info("WAIT_CONFIRM", { pay_time: "2026-11-10 20:04:00" }), ["order.paid"]],
    [info("TRADE_BUYER_SIGNED"), ["order.paid"]],
    [info("TRADE_SUCCESS"), ["order.paid"]],
    [info("TRADE_CLOSED"), ["order.closed"]],
    [info("TRADE_CLOSED", { pay_time: "2026-11-10 20:04:00" }), ["order.paid", "order.refunded"]],
  ])("%o says %o", (change, states) => {
    expect(events(change).map(({ type }) => type)).toEqual(["order.created", ...states]);
  });

  test("that is not known is ignored", () => {
    expect(read(wrap("trade_TradeCreate", trade(info("NEW_ONE"))))).toMatchObject({ ok: true, events: [] });
  });

  test("of a close after the payment leaves it paid", () => {
    const closed = accepted(wrap("trade_TradeClose", CLOSE));
    const paid = events(info("WAIT_SELLER_SEND_GOODS", { pay_time: "2026-11-10 20:04:00" }));
    expect(overState(foldOrder([...closed, ...paid], SHOP))).toBe("paid");
  });
});

describe("the fields", () => {
  test("cash on delivery is not chased", () => {
    expect(fold({ order_info: { status: "WAIT_SELLER_SEND_GOODS", pay_type: 9 } })).toMatchObject({
      cashOnDelivery: true,
      chaseFrom: null,
    });
  });

  test.each(["138****5678", "$uhqbqg15Dn5slYolRHAzZw==$1$", ""])("the phone %o reaches no one", (phone) => {
    const change = { buyer_info: { buyer_phone: phone }, address_info: { receiver_tel: phone } };
    expect(events(change)[0]?.order.buyer).toMatchObject({ phone: null, chat: { wechat: "oWx-1" } });
  });

  test("a guest is known by the phone number alone", () => {
    const guest = { buyer_info: { buyer_id: 0, outer_user_id: "" } };
    expect(events(guest)[0]).toMatchObject({
      type: "order.created",
      order: { buyer: { id: null, phone: "13812345678" } },
    });
  });

  test("a buyer without any identity is none", () => {
    const change = {
      buyer_info: { buyer_id: 0, buyer_phone: "", outer_user_id: "" },
      address_info: { receiver_tel: "" },
    };
    expect(events(change)[0]).toMatchObject({ type: "order.updated", order: { buyer: null } });
  });

  test("a presale in two payments is chased for the balance, in its window", () => {
    const phases = (paid: string): Change => ({
      pay_info: {
        phase_payments: [
          { outer_transaction_no: paid, real_price: "20.00" },
          { real_price: "79.90", pay_start_time: "2026-11-11 00:00:00", pay_end_time: "2026-11-12 00:00:00" },
        ],
      },
    });
    expect(fold(phases("")).chaseFrom).toBeNull();
    expect(fold(phases("4200"))).toMatchObject({
      amount: 7990,
      chaseFrom: Date.parse("2026-11-11T00:00:00+08:00"),
      closesAt: Date.parse("2026-11-12T00:00:00+08:00"),
    });
  });

  test("goods that are sent later and paid at once are chased as any others", () => {
    const change: Change = { orders: [{ ...TRADE.orders[0], is_pre_sale: "1" }] };
    expect(fold(change)).toMatchObject({ amount: 9990, chaseFrom: 0 });
  });

  test("an order that costs nothing has the amount zero", () => {
    expect(fold({ pay_info: { payment: "0.00", total_fee: "0.00", post_fee: "0.00" } }).amount).toBe(0);
  });

  test("a new price counts", () => {
    expect(
      fold({}, { order_info: { update_time: "2026-11-10 20:02:00" }, pay_info: { payment: "80.00" } }).amount,
    ).toBe(8000);
  });
});

describe("the signature", () => {
  const rawBody = Buffer.from(JSON.stringify(wrap("trade_TradeCreate", trade())));
  const md5 = (client: string) => createHash("md5").update(client).update(rawBody).update("s3").digest("hex");
  const verify = (sign: string, settings: object) =>
    youzan.verify({
      headers: { "event-sign": sign },
      query: new URLSearchParams(),
      rawBody,
      secret: "s3",
      settings: { ...settings },
      receivedAt: 0,
    });

  test("is made with the client of dunlin.yaml, else with that of the body", () => {
    expect(verify(md5(CLIENT), {})).toEqual({ ok: true });
    expect(verify(md5(CLIENT), { clientId: CLIENT })).toEqual({ ok: true });
    expect(verify(md5(CLIENT), { clientId: "other" }).ok).toBe(false);
    expect(verify(md5("other"), {}).ok).toBe(false);
  });
});
