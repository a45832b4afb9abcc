/** The webhooks of each source over HTTP: durable, verified over the raw bytes, answered as the platform wants, and one effect each. */
import { createHash, createHmac } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { OLD_SECRET, realServer, SHOPIFY_SECRET, stubServer, WEBHOOK_SECRET } from "./support.ts";

type Signed = { readonly query?: string; readonly headers: Readonly<Record<string, string>> };
type Platform = {
  readonly source: string;
  readonly payload: (id: string) => object;
  readonly sign: (body: Buffer, secret?: string) => Signed;
  /** A topic of the platform that is not about orders. */
  readonly other: { readonly payload?: object; readonly headers?: Readonly<Record<string, string>> };
  /** The status of an answer to a webhook with events. */
  readonly status: number;
};

const md5 = (...parts: (string | Buffer)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash("md5")).digest("hex");

const standard: Platform = {
  source: "standard",
  payload: (id) => ({
    id: `e-${id}`,
    type: "order.created",
    occurredAt: "2026-11-10T12:00:00Z",
    order: { id, amount: "1.00", currency: "CNY", createdAt: "2026-11-10T12:00:00Z", buyer: { id: "b1" } },
  }),
  sign: (body, secret = WEBHOOK_SECRET) => {
    const seconds = String(Math.floor(Date.now() / 1000));
    const key = Buffer.from(secret, "base64");
    // The package signs texts, and one of the bodies is no text.
    const signature = createHmac("sha256", key).update(`msg_1.${seconds}.`).update(body).digest("base64");
    return {
      headers: { "webhook-id": "msg_1", "webhook-timestamp": seconds, "webhook-signature": `v1,${signature}` },
    };
  },
  other: { payload: { type: "product.updated" } },
  status: 202,
};
const shopify: Platform = {
  source: "shopify",
  payload: (id) => ({
    id: Number(id),
    financial_status: "pending",
    currency: "JPY",
    total_price: "1980",
    created_at: "2026-11-10T20:00:00+08:00",
    updated_at: "2026-11-10T20:00:00+08:00",
    customer: { id: 25 },
  }),
  sign: (body, secret = SHOPIFY_SECRET) => ({
    headers: {
      "x-shopify-topic": "orders/create",
      "x-shopify-hmac-sha256": createHmac("sha256", secret).update(body).digest("base64"),
    },
  }),
  other: { headers: { "x-shopify-topic": "products/create" } },
  status: 202,
};
const woocommerce: Platform = {
  source: "woocommerce",
  payload: (id) => ({
    id: Number(id),
    status: "pending",
    currency: "JPY",
    total: "1980",
    date_created_gmt: "2026-11-10T12:00:00",
    date_modified_gmt: "2026-11-10T12:00:00",
    customer_id: 25,
  }),
  sign: (body, secret = WEBHOOK_SECRET) => ({
    headers: {
      "x-wc-webhook-topic": "order.created",
      "x-wc-webhook-signature": createHmac("sha256", secret).update(body).digest("base64"),
    },
  }),
  other: { headers: { "x-wc-webhook-topic": "coupon.created" } },
  status: 202,
};
const taobao: Platform = {
  source: "taobao",
  payload: (id) => ({
    id: `m-${id}`,
    topic: "taobao_trade_TradeCreate",
    content: `{"tid":${id},"payment":"120.00","buyer_open_uid":"AAGx1"}`,
    pub_time: "2026-11-10 20:00:01",
  }),
  sign: (body, secret = WEBHOOK_SECRET) => ({
    query: `?app_key=1&v=2.0&sign=${md5(secret, "app_key1v2.0", body, secret).toUpperCase()}`,
    headers: {},
  }),
  other: { payload: { topic: "taobao_item_ItemAdd", content: "{}" } },
  status: 202,
};
const trade = (id: string) => ({
  order_info: { tid: id, status: "WAIT_BUYER_PAY", created: "2026-11-10 20:00:00" },
  pay_info: { payment: "99.90" },
  buyer_info: { buyer_id: 701122 },
});
const message = (type: string, msg: object) => ({
  client_id: "c1",
  type,
  test: false,
  msg: encodeURIComponent(JSON.stringify(msg)),
});
const youzan: Platform = {
  source: "youzan",
  payload: (id) => message("trade_TradeCreate", { full_order_info: trade(id) }),
  sign: (body, secret = WEBHOOK_SECRET) => ({ headers: { "event-sign": md5("c1", body, secret) } }),
  other: { payload: message("item_ItemUpdate", {}) },
  status: 200,
};
const PLATFORMS = [standard, shopify, woocommerce, taobao, youzan];
const ID = "9007199254740993";

function request(
  { source, sign }: Platform,
  body: object | string | Buffer,
  change: Partial<Signed> = {},
  secret?: string,
) {
  const payload = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const signed = sign(payload, secret);
  return {
    method: "POST" as const,
    url: `/v1/webhooks/${source}/acme${change.query ?? signed.query ?? ""}`,
    headers: { "content-type": "application/json", ...signed.headers, ...change.headers },
    payload,
  };
}
const exact = (platform: Platform) =>
  JSON.stringify(platform.payload("1")).replaceAll(
    /(\D)1(,"(?:financial_)?status":"pending|,\\"payment)/g,
    `$1${ID}$2`,
  );
const HALF = '{"client_id":"c1","half":';
const seen = () => {
  const results: string[] = [];
  return { results, webhookSeen: (source: string, result: string) => void results.push(`${source} ${result}`) };
};

describe.each(PLATFORMS)("POST /v1/webhooks/$source/:shop", (platform) => {
  it("stores an order and answers as the platform wants; again it is a duplicate", async () => {
    const { app, database } = await realServer();
    const first = await app.inject(request(platform, platform.payload("4711")));
    expect([first.statusCode, first.json()]).toMatchObject([
      platform.status,
      { accepted: 1, duplicates: 0, rejected: [] },
    ]);
    expect((await app.inject(request(platform, platform.payload("4711")))).json()).toMatchObject({ duplicates: 1 });
    expect(await database.sql`select shop_id, id from orders`).toEqual([{ shop_id: "acme", id: "4711" }]);
    if (platform === youzan) expect(first.json()).toMatchObject({ code: 0, msg: "success" });
  });

  it("has one effect for 1,000 replays at a time", async () => {
    const { app, stored } = await realServer();
    const replay = request(platform, platform.payload("4711"));
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => app.inject(replay)));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([platform.status]));
    expect(answers.reduce((sum, answer) => sum + answer.json().accepted, 0)).toBe(1);
    expect(await stored()).toBe(1);
  });

  it("refuses a forged, changed or cut body, and stores nothing", async () => {
    const { results, webhookSeen } = seen();
    const { app, stored } = await realServer({ webhookSeen });
    const good = request(platform, platform.payload("4711"));
    const forged = request(platform, platform.payload("4711"), {}, "guessing");
    const reserialised = { ...good, payload: Buffer.from(JSON.stringify(platform.payload("4711"), null, 1)) };
    const cut = { ...good, payload: good.payload.subarray(0, -1) };
    const unsigned = { ...good, url: `/v1/webhooks/${platform.source}/acme`, headers: {} };
    for (const wrong of [forged, reserialised, cut, unsigned]) {
      const answer = await app.inject(wrong);
      expect([answer.statusCode, answer.json().code]).toEqual([401, "invalid_signature"]);
      expect(answer.body).not.toContain(WEBHOOK_SECRET);
    }
    expect(results).toEqual(Array.from({ length: 4 }, () => `${platform.source} wrong_signature`));
    expect(await stored()).toBe(0);
  });

  it("answers 200 for an unknown topic, and counts it", async () => {
    const { results, webhookSeen } = seen();
    const { app } = stubServer({ webhookSeen });
    const { payload = platform.payload("1"), headers = {} } = platform.other;
    const answer = await app.inject(request(platform, payload, { headers }));
    expect([answer.statusCode, answer.json().accepted]).toEqual([200, 0]);
    expect(results).toEqual([`${platform.source} unknown_topic`]);
    if (platform === youzan) expect(answer.json()).toMatchObject({ code: 0, msg: "success" });
  });

  it("answers 503 while the store is out, so that the platform repeats it or the poll finds it", async () => {
    const { results, webhookSeen } = seen();
    const intake = { pending: 0, submit: () => Promise.reject(new Error("connect ECONNREFUSED")) };
    const { app } = stubServer({ intake, webhookSeen });
    const answer = await app.inject(request(platform, platform.payload("4711")));
    expect([answer.statusCode, answer.json().code]).toEqual([503, "store_unavailable"]);
    // Youzan reads its own code, and a 0 would be a confirmation.
    expect(answer.json()).not.toMatchObject({ code: 0 });
    expect(results).toEqual([]);
  });

  it("refuses a signed body that is no JSON, or not in UTF-8", async () => {
    const { app } = stubServer();
    const gbk = Buffer.concat([
      Buffer.from('{"client_id":"c1","note":"'),
      Buffer.from([0xd3, 0xf0, 0xc8, 0xde]),
      Buffer.from('"}'),
    ]);
    for (const body of [HALF, gbk]) {
      const answer = await app.inject(request(platform, body));
      expect([answer.statusCode, answer.json().code]).toEqual([400, "invalid_json"]);
    }
  });

  it("does not unpack a compressed body", async () => {
    const { app } = stubServer();
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const answer = await app.inject(request(platform, bomb, { headers: { "content-encoding": "gzip" } }));
    expect([answer.statusCode, answer.json().code]).toEqual([415, "unsupported_media_type"]);
  });
});

it.each([shopify, woocommerce, taobao])("keeps an id of 64 bits that $source sends as a number", async (platform) => {
  const { app, database } = await realServer();
  expect((await app.inject(request(platform, exact(platform)))).json()).toMatchObject({ accepted: 1, rejected: [] });
  expect(await database.sql`select id from orders`).toEqual([{ id: ID }]);
});

it("refuses an id of 64 bits that a system of the shop's own sends as a number, and rounds nothing", async () => {
  const { app, stored } = await realServer();
  const raw = JSON.stringify(standard.payload("4711")).replace('"id":"4711"', `"id":${ID}`);
  expect((await app.inject(request(standard, raw))).json()).toMatchObject({
    accepted: 0,
    rejected: [{ message: expect.stringContaining("order.id: must be a string: a 64-bit number would lose") }],
  });
  expect(await stored()).toBe(0);
});

it("names the place in the array that was sent, also after elements about something else", async () => {
  const { app, stored } = await realServer();
  const event = standard.payload("4711");
  const body = [
    { type: "product.updated" },
    event,
    { type: "product.updated" },
    { id: "e-2", type: "order.lost" },
    null,
  ];
  expect((await app.inject(request(standard, body))).json()).toMatchObject({
    accepted: 1,
    rejected: [{ index: 3, id: "e-2" }, { index: 4 }],
    ignored: expect.stringContaining("product.updated"),
  });
  expect(await stored()).toBe(1);
});

it("answers Youzan's heartbeat with the code 0", async () => {
  const { app } = stubServer();
  const heartbeat = { ...message("trade_TradeCreate", {}), test: true };
  const answer = await app.inject(request(youzan, heartbeat));
  expect([answer.statusCode, answer.json()]).toMatchObject([200, { code: 0, msg: "success", ignored: "a heartbeat" }]);
});

it("takes the old and the new secret while they are changed", async () => {
  const { app } = stubServer();
  const statuses: number[] = [];
  for (const secret of [OLD_SECRET, WEBHOOK_SECRET, "another"])
    statuses.push((await app.inject(request(woocommerce, woocommerce.payload("1"), {}, secret))).statusCode);
  expect(statuses).toEqual([202, 202, 401]);
});

describe("WooCommerce's test of the address", () => {
  const ping = (payload: string, headers: Record<string, string> = {}) => ({
    method: "POST" as const,
    url: "/v1/webhooks/woocommerce/acme",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    payload,
  });

  it("is answered with exactly 200, unsigned as it is", async () => {
    const { results, webhookSeen } = seen();
    const { app } = stubServer({ webhookSeen });
    const answer = await app.inject(ping("webhook_id=2"));
    expect([answer.statusCode, answer.json().accepted]).toEqual([200, 0]);
    expect(results).toEqual(["woocommerce ping"]);
  });

  it("is nothing else: another form or a signature is checked", async () => {
    const { app } = stubServer();
    const order = JSON.stringify(woocommerce.payload("1"));
    for (const wrong of [ping(order), ping("webhook_id=x"), ping("webhook_id=2", { "x-wc-webhook-signature": "AAAA" })])
      expect((await app.inject(wrong)).statusCode).toBe(401);
  });
});
