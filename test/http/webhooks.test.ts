import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { realServer, SHOPIFY_SECRET, stubServer } from "./support.ts";

const ORDER = {
  id: 6200407294252,
  admin_graphql_api_id: "gid://shopify/Order/6200407294252",
  created_at: "2026-11-10T20:00:00+08:00",
  updated_at: "2026-11-10T20:00:01+08:00",
  currency: "HKD",
  financial_status: "pending",
  total_price: "199.00",
  phone: "+85291234567",
};
const sign = (body: string | Buffer, secret = SHOPIFY_SECRET) =>
  createHmac("sha256", secret).update(body).digest("base64");
const request = (payload: string | Buffer, headers: Record<string, string> = {}, path = "shopify/acme") => ({
  method: "POST" as const,
  url: `/v1/webhooks/${path}`,
  headers: {
    "content-type": "application/json",
    "x-shopify-topic": "orders/create",
    "x-shopify-hmac-sha256": sign(payload),
    ...headers,
  },
  payload,
});
const BODY = JSON.stringify(ORDER, null, 1);

describe("POST /v1/webhooks/shopify/:shop", () => {
  it("accepts a signed order without a key, and counts it as a duplicate the second time", async () => {
    const { app, database } = await realServer();
    const first = await app.inject(request(BODY));
    expect([first.statusCode, first.json()]).toEqual([202, { accepted: 1, duplicates: 0, rejected: [], warnings: [] }]);
    expect((await app.inject(request(BODY))).json()).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await database.sql`select shop_id, id, amount from orders`).toEqual([
      { shop_id: "acme", id: "6200407294252", amount: 19900 },
    ]);
  });

  it.each([
    ["another body", { "x-shopify-hmac-sha256": sign(`${BODY} `) }, /does not match/],
    ["another secret", { "x-shopify-hmac-sha256": sign(BODY, "guess") }, /does not match/],
    ["nothing", { "x-shopify-hmac-sha256": "" }, /X-Shopify-Hmac-Sha256 is missing/],
  ])("refuses a signature over %s", async (_what, headers, detail) => {
    const { app, stored } = await realServer();
    const answer = await app.inject(request(BODY, headers));
    expect([answer.statusCode, answer.json().code]).toEqual([401, "invalid_signature"]);
    expect(answer.json().detail).toMatch(detail);
    expect(answer.body).not.toContain(SHOPIFY_SECRET);
    expect(await stored()).toBe(0);
  });

  it.each([
    ["nosource/acme", 404, "unknown_source", /not one of standard, shopify, woocommerce/],
    ["shopify/nobody", 422, "unknown_shop", /dunlin\.yaml/],
    ["shopify/bare", 401, "webhook_not_configured", /shops\.bare\.webhooks\.shopify\.secret/],
  ])("answers %s with %d %s", async (path, status, code, detail) => {
    const { app } = stubServer();
    const answer = await app.inject(request(BODY, {}, path));
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(answer.json().detail).toMatch(detail);
  });

  it("answers 200 for a topic that it ignores", async () => {
    const { app } = stubServer();
    const answer = await app.inject(request(BODY, { "x-shopify-topic": "products/create" }));
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      accepted: 0,
      duplicates: 0,
      rejected: [],
      warnings: [],
      ignored: expect.stringContaining("products/create"),
    });
  });

  it("checks the signature before it parses the body", async () => {
    const { app } = stubServer();
    expect((await app.inject(request("{oops"))).json().code).toBe("invalid_json");
    expect((await app.inject(request("{oops", { "x-shopify-hmac-sha256": "x" }))).json().code).toBe(
      "invalid_signature",
    );
    expect((await app.inject(request("[]"))).json().code).toBe("invalid_webhook");
  });

  it("accepts 4 MB of any content type, and refuses more than 5", async () => {
    const { app } = stubServer();
    const big = JSON.stringify({ ...ORDER, note: "x".repeat(4_000_000) });
    expect((await app.inject(request(big, { "content-type": "text/plain" }))).statusCode).toBe(202);
    expect((await app.inject(request(`${big}${" ".repeat(1_500_000)}`))).statusCode).toBe(413);
  });

  it("logs rejected events, without the order", async () => {
    const { app, lines } = await realServer();
    const body = JSON.stringify({ ...ORDER, currency: "XXZ" });
    const answer = await app.inject(request(body));
    expect([answer.statusCode, answer.json().rejected.length]).toEqual([202, 1]);
    const line = lines.find((text) => text.includes("webhook rejected"));
    expect(JSON.parse(line ?? "{}")).toMatchObject({
      level: 40,
      source: "shopify",
      shop: "acme",
      code: "invalid_event",
    });
    expect(lines.join("")).not.toContain("91234567");
  });

  it("limits wrong signatures by address, and never a valid one", async () => {
    const { app } = stubServer({ options: { failuresPerMinute: 3 } });
    const wrong = request(BODY, { "x-shopify-hmac-sha256": "x" });
    const statuses: number[] = [];
    for (let n = 0; n < 5; n++) statuses.push((await app.inject(wrong)).statusCode);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    const limited = await app.inject(wrong);
    expect(limited.json().code).toBe("rate_limited");
    expect(Number(limited.headers["retry-after"])).toBeGreaterThan(0);
    expect((await app.inject(request(BODY))).statusCode).toBe(202);
    expect((await app.inject({ ...wrong, remoteAddress: "10.0.0.9" })).statusCode).toBe(401);
  });
});
