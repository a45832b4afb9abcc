/** Taobao's messages and trades pass the conformance suite; the rest here is their own. */
import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parseEvent } from "../../../../src/core/order/event.ts";
import { foldOrder, overState } from "../../../../src/core/order/order.ts";
import { taobao } from "../../../../src/sources/taobao/source.ts";
import { signTop } from "../../../../src/sources/taobao/top-sign.ts";
import { RECEIVED_AT, testSource } from "../../../support/source-suite.ts";
import { SHOP } from "../shopify/sample.ts";

/** Above 2^53, so that a rounded id would show. */
const TID = "1923648277910841234";
/** JSON as Taobao writes it: long ids are numbers. */
const exact = (value: unknown) => JSON.stringify(value).replaceAll(/"#(\d+)"/g, "$1");
const CONTENT = {
  tid: `#${TID}`,
  oid: `#${TID}`,
  payment: "120.00",
  buyer_open_uid: "AAGx1",
  seller_nick: "晴雨",
  type: "guarantee_trade",
};
const message = (topic: string, content: unknown = CONTENT, more: object = {}) => ({
  id: "#3180700000000000123",
  topic: topic.includes("_") ? topic : `taobao_trade_${topic}`,
  content: exact(content),
  pub_time: "2026-11-10 20:00:01",
  ...more,
});
const TRADE = {
  tid: `#${TID}`,
  tid_str: TID,
  status: "WAIT_BUYER_PAY",
  type: "fixed",
  payment: "120.00",
  created: "2026-11-10 20:00:00",
  modified: "2026-11-10 20:00:00",
  pay_time: "",
  buyer_open_uid: "AAGx1",
  buyer_nick: "t**1",
  receiver_name: "李**",
  receiver_mobile: "13812345678",
  orders: { order: [{ oid: `#${TID}`, title: "羽绒服", num: 1, price: "129.00", outer_sku_id: "S1" }] },
};

const read = (body: unknown) => {
  const rawBody = Buffer.from(exact(body));
  const parsed: unknown = JSON.parse(rawBody.toString());
  return taobao.toEvents({ headers: {}, body: parsed, rawBody, shop: "acme", receivedAt: RECEIVED_AT });
};
function events(body: unknown) {
  const result = read(body);
  if (!result.ok) throw new Error(result.message);
  return result.events.map((event) => {
    const parsed = parseEvent(event);
    if (!parsed.ok) throw new Error(parsed.rejection.message);
    return parsed.event;
  });
}
const trade = (change: object) => ({ trade: { ...TRADE, ...change } });
const fold = (...bodies: unknown[]) => foldOrder(bodies.flatMap(events), SHOP);

const QUERY = { app_key: "12345678", timestamp: "2026-11-10 20:00:02", v: "2.0", empty: "" };
/** By the words of the documentation, with its own order of steps. */
function sign(rawBody: Buffer, secret: string): Record<string, string> {
  const text = Object.keys(QUERY)
    .sort()
    .map((name) => (name === "empty" ? "" : `${name}${QUERY[name as keyof typeof QUERY]}`))
    .join("");
  const hash = createHash("md5").update(`${secret}${text}`).update(rawBody).update(secret);
  return { ...QUERY, sign: hash.digest("hex").toUpperCase() };
}

const SHORT = { ...CONTENT, tid: 192364827791084, oid: 192364827791084 };
const SHORT_TRADE = { ...TRADE, tid: 192364827791084, tid_str: "192364827791084" };

testSource({
  source: taobao,
  sign,
  signedIn: "query",
  headers: () => ({}),
  wrap: (topic, payload) => ({ ...message(topic, payload), id: "77" }),
  topics: ["TradeCreate", "TradeBuyerPay", "TradeClose", "TradeModifyFee", "TradeCloseAndModifyDetailOrder"],
  otherTopic: "taobao_item_ItemAdd",
  golden: [
    {
      topic: "TradeCreate",
      payload: SHORT,
      events: [
        {
          id: "taobao-77",
          type: "order.created",
          occurredAt: "2026-11-10T19:59:01+08:00",
          shop: "acme",
          order: {
            id: "192364827791084",
            amount: "120.00",
            currency: "CNY",
            createdAt: "2026-11-10T20:00:01+08:00",
            buyer: { id: "AAGx1", phone: null, country: null, chat: null, name: null },
          },
        },
      ],
    },
    {
      topic: "TradeModifyFee",
      payload: { ...SHORT, payment: "99.00" },
      events: [
        {
          id: "taobao-77",
          type: "order.updated",
          occurredAt: "2026-11-10T20:00:01+08:00",
          shop: "acme",
          order: {
            id: "192364827791084",
            amount: "99.00",
            currency: "CNY",
            buyer: { id: "AAGx1", phone: null, country: null, chat: null, name: null },
          },
        },
      ],
    },
    {
      topic: "TradeCloseAndModifyDetailOrder",
      payload: { ...SHORT, payment: "60.00" },
      events: [
        {
          id: "taobao-77",
          type: "order.updated",
          occurredAt: "2026-11-10T20:00:01+08:00",
          shop: "acme",
          order: {
            id: "192364827791084",
            amount: "60.00",
            currency: "CNY",
            buyer: { id: "AAGx1", phone: null, country: null, chat: null, name: null },
          },
        },
      ],
    },
    {
      topic: "TradeBuyerPay",
      payload: SHORT,
      events: [
        {
          id: "taobao-trade-192364827791084-paid",
          type: "order.paid",
          occurredAt: "2026-11-10T20:00:01+08:00",
          shop: "acme",
          order: { id: "192364827791084", paidAt: "2026-11-10T20:00:01+08:00" },
        },
      ],
    },
    {
      topic: "TradeClose",
      payload: SHORT,
      events: [
        {
          id: "taobao-trade-192364827791084-closed",
          type: "order.closed",
          occurredAt: "2026-11-10T20:00:01+08:00",
          shop: "acme",
          order: { id: "192364827791084", closedAt: "2026-11-10T20:00:01+08:00", reason: "closed" },
        },
      ],
    },
  ],
});

test("a whole trade becomes the known events", () => {
  expect(read({ trade_fullinfo_get_response: { trade: SHORT_TRADE } })).toEqual({
    ok: true,
    events: [
      {
        id: expect.stringMatching(/^taobao-trade-192364827791084-[0-9a-f]{24}$/),
        type: "order.created",
        occurredAt: "2026-11-10T20:00:00+08:00",
        shop: "acme",
        order: {
          id: "192364827791084",
          amount: "120.00",
          currency: "CNY",
          createdAt: "2026-11-10T20:00:00+08:00",
          buyer: { id: "AAGx1", phone: "13812345678", country: "CN", chat: null, name: null },
          items: [{ sku: "S1", title: "羽绒服", quantity: 1, price: "129.00" }],
          paymentMethod: "alipay",
          pendingConfirmation: false,
          presale: null,
          note: null,
        },
      },
    ],
  });
});

describe("a message", () => {
  test("keeps ids of 64 bits that are numbers, its own and the trade's", () => {
    expect(events(message("TradeCreate"))[0]).toMatchObject({ id: "taobao-3180700000000000123", order: { id: TID } });
  });

  test("is completed by a whole trade that is a moment older", () => {
    for (const bodies of [
      [message("TradeCreate"), trade({})],
      [trade({}), message("TradeCreate")],
    ])
      expect(fold(...bodies)).toMatchObject({ createdAt: Date.parse("2026-11-10T20:00:00+08:00"), amount: 12000 });
  });

  test("with a masked buyer is an update, which a trade completes", () => {
    const { buyer_open_uid: _uid, ...content } = CONTENT;
    const [event] = events(message("TradeCreate", { ...content, buyer_nick: "t**1" }));
    expect(event).toMatchObject({ type: "order.updated", order: { buyer: null } });
  });

  test("of one order of several says no amount", () => {
    const [event] = events(message("TradeModifyFee", { ...CONTENT, oid: "#1923648277910841235" }));
    expect(event?.order.amount).toBeNull();
  });

  test("of a close after the payment is a refund", () => {
    expect(events(message("TradeClose", { ...CONTENT, status: "TRADE_CLOSED" }))[0]?.type).toBe("order.refunded");
  });

  test("comes also in an array, and as messages.consume answers", () => {
    const two = [message("TradeCreate"), message("TradeBuyerPay", CONTENT, { id: 78 })];
    for (const body of [two, { tmc_messages_consume_response: { messages: { tmc_message: two } } }])
      expect(events(body).map(({ type }) => type)).toEqual(["order.created", "order.paid"]);
  });

  test("about something else is ignored beside the others", () => {
    const result = read([message("TradeBuyerPay"), message("taobao_item_ItemAdd")]);
    expect(result).toMatchObject({ ok: true, events: [{ type: "order.paid" }], unknownTopic: true });
  });

  test("whose content is cut is refused", () => {
    expect(read(message("TradeCreate", CONTENT, { content: '{"tid":19' })).ok).toBe(false);
  });
});

describe("the status of a trade", () => {
  test.each<[string, object, string[]]>([
    ["WAIT_BUYER_PAY", {}, []],
    ["TRADE_NO_CREATE_PAY", {}, []],
    ["PAY_PENDING", {}, []],
    ["WAIT_PRE_AUTH_CONFIRM", {}, []],
    ["WAIT_SELLER_SEND_GOODS", { pay_time: "2026-11-10 20:04:00" }, ["order.paid"]],
    ["WAIT_BUYER_CONFIRM_GOODS", {}, ["order.paid"]],
    ["WAIT_SELLER_SEND_GOODS", { type: "cod" }, []],
    ["TRADE_FINISHED", { type: "cod", pay_time: "2026-11-12 20:04:00" }, ["order.paid"]],
    ["TRADE_CLOSED", { pay_time: "2026-11-10 20:04:00" }, ["order.paid", "order.refunded"]],
    ["TRADE_CLOSED_BY_TAOBAO", { end_time: "2026-11-11 20:00:00" }, ["order.closed"]],
    ["SELLER_CONSIGNED_PART", {}, ["order.paid"]],
    ["TRADE_BUYER_SIGNED", {}, ["order.paid"]],
    ["WAIT_SELLER_SEND_GOODS", { step_trade_status: "FRONT_PAID_FINAL_PAID", step_paid_fee: "120.00" }, ["order.paid"]],
    // The goods of one line were refunded: the rest of the payment stands.
    ["WAIT_SELLER_SEND_GOODS", { orders: { order: [{ refund_status: "SUCCESS" }, {}] } }, ["order.paid"]],
  ])("%s %o says %o", (status, change, states) => {
    expect(events(trade({ status, ...change })).map(({ type }) => type)).toEqual(["order.created", ...states]);
  });

  test("that is not known is ignored", () => {
    expect(read(trade({ status: "NEW_ONE" }))).toMatchObject({ ok: true, events: [] });
  });

  test("that waits for the bank is not chased", () => {
    for (const status of ["PAY_PENDING", "WAIT_PRE_AUTH_CONFIRM"]) expect(fold(trade({ status })).chaseFrom).toBeNull();
    expect(fold(trade({ type: "cod", status: "WAIT_SELLER_SEND_GOODS" })).chaseFrom).toBeNull();
    expect(overState(fold(trade({}), trade({ status: "TRADE_CLOSED_BY_TAOBAO" })))).toBe("closed");
  });
});

describe("a presale", () => {
  test("without its deposit is not chased; with it the rest is owed", () => {
    expect(fold(trade({ step_trade_status: "FRONT_NOPAID_FINAL_NOPAID" })).chaseFrom).toBeNull();
    const paid = trade({ step_trade_status: "FRONT_PAID_FINAL_NOPAID", step_paid_fee: "20.00" });
    expect(fold(paid)).toMatchObject({ amount: 10000, chaseFrom: Date.parse("2026-11-10T20:00:00+08:00") });
  });
});

test("a new price counts, by a message and by a trade that was polled", () => {
  const at = { modified: "2026-11-10 20:02:00" };
  expect(fold(trade({}), message("TradeModifyFee", { ...CONTENT, ...at, payment: "99.00" })).amount).toBe(9900);
  expect(fold(trade({ ...at, payment: "88.00" }), trade({})).amount).toBe(8800);
});

test("a trade without a phone number or with a landline has what the buyer gave", () => {
  const without = trade({ receiver_mobile: "", receiver_phone: "" });
  expect(events(without)[0]?.order.buyer).toMatchObject({ id: "AAGx1", phone: null });
  const landline = trade({ receiver_mobile: "", receiver_phone: "021-62345678" });
  expect(events(landline)[0]?.order.buyer).toMatchObject({ phone: "021-62345678" });
});

test("an order that costs nothing has the amount zero", () => {
  expect(fold(trade({ payment: "0.00" })).amount).toBe(0);
});

test("masked phone numbers and nicks are left out, and a nick in clear is the handle of the chat", () => {
  const masked = trade({ receiver_mobile: "135*******" });
  expect(events(masked)[0]?.order.buyer).toMatchObject({ id: "AAGx1", phone: null, chat: null });
  expect(events(trade({ buyer_nick: "tom" }))[0]?.order.buyer).toMatchObject({ chat: { wangwang: "tom" } });
});

describe("the signature", () => {
  const rawBody = Buffer.from('{"topic":"x"}');
  const verify = (query: Record<string, string>) =>
    taobao.verify({
      headers: {},
      query: new URLSearchParams(query),
      rawBody,
      secret: "s3",
      settings: {},
      receivedAt: 0,
    });

  test.each([
    ["hmac", "md5"],
    ["hmac-sha256", "sha256"],
  ])("may be %s, in either case", (method, algorithm) => {
    const text = `app_key1sign_method${method}`;
    const wanted = createHmac(algorithm, "s3").update(text).update(rawBody).digest("hex");
    for (const given of [wanted, wanted.toUpperCase()])
      expect(verify({ app_key: "1", sign_method: method, sign: given })).toEqual({ ok: true });
    expect(verify({ app_key: "2", sign_method: method, sign: wanted }).ok).toBe(false);
  });

  test("of another method is refused by name", () => {
    const query = new URLSearchParams({ sign: "A".repeat(32), sign_method: "none" });
    expect(taobao.isSigned({ headers: {}, query })).toMatchObject({ message: expect.stringContaining("sign_method") });
  });

  test("of a call is that of the documentation", () => {
    // open.taobao.com, "API call methods": the sample with its secret.
    const sample = {
      method: "taobao.item.seller.get",
      app_key: "12345678",
      session: "test",
      timestamp: "2016-01-01 12:00:00",
      format: "json",
      v: "2.0",
      sign_method: "md5",
      fields: "num_iid,title,nick,price,num",
      num_iid: "11223344",
    };
    expect(signTop(Object.entries(sample), "helloworld")).toBe("66987CB115214E59E6EC978214934FB8");
  });
});
