/** Access by role, and the problems that errors are answered with. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { AmbiguousOrderError } from "../../src/core/order/named-order.ts";
import { WARNINGS } from "../../src/core/order/warnings.ts";
import { KEY_ROLES } from "../../src/core/values/role.ts";
import { ERRORS } from "../../src/http/contract/parts/errors.ts";
import { createAuth } from "../../src/http/kit/auth.ts";
import { PROMISE, STORY } from "./samples.ts";
import { ADMIN_KEY, bearer, cookie, csrf, JSON_TYPE, order, stubServer } from "./support.ts";

const remote = { remoteAddress: "203.0.113.7" };
const ROUTES: readonly ["GET" | "POST" | "PUT" | "PATCH" | "DELETE", string, string][] = [
  ["POST", "/v1/events", "operator"],
  ["POST", "/v1/orders/acme/o1/promise", "operator"],
  ["POST", "/v1/orders/acme/o1/reveal", "operator"],
  ["GET", "/v1/phrases", "operator"],
  ["GET", "/v1/promises", "viewer"],
  ["GET", "/v1/tasks", "viewer"],
  ["GET", "/v1/tasks/t1", "operator"],
  ["POST", "/v1/cases/acme/o1/take", "operator"],
  ["POST", "/v1/tasks/t1/claim", "operator"],
  ["POST", "/v1/tasks/t1/release", "operator"],
  ["POST", "/v1/tasks/t1/extend", "operator"],
  ["POST", "/v1/tasks/t1/assign", "operator"],
  ["POST", "/v1/tasks/t1/contact", "operator"],
  ["POST", "/v1/tasks/t1/touch", "operator"],
  ["POST", "/v1/tasks/t1/outcome", "operator"],
  ["GET", "/v1/desk", "operator"],
  ["GET", "/v1/staff", "operator"],
  ["PUT", "/v1/staff", ADMIN_KEY],
  ["GET", "/v1/shifts", "operator"],
  ["PUT", "/v1/shifts", "operator"],
  ["GET", "/v1/reports/recovery", "viewer"],
  ["GET", "/v1/reports/owner", "viewer"],
  ["GET", "/v1/reports/today", "viewer"],
  ["GET", "/v1/orders", "viewer"],
  ["GET", "/v1/orders/acme/o1", "viewer"],
  ["GET", "/v1/cases", "viewer"],
  ["GET", "/v1/reminders", "viewer"],
  ["GET", "/v1/deliveries", "viewer"],
  ["POST", "/v1/rehearsals", "operator"],
  ["POST", "/v1/templates/preview", "viewer"],
  ["POST", "/v1/phrases/preview", "viewer"],
  ["POST", "/v1/templates/test", "operator"],
  ["GET", "/v1/audit", "viewer"],
  ["POST", "/v1/session", "open"],
  ["GET", "/v1/session", "viewer"],
  ["DELETE", "/v1/session", "viewer"],
  ["PUT", "/v1/session/password", "viewer"],
  ["GET", "/v1/users", ADMIN_KEY],
  ["POST", "/v1/users", ADMIN_KEY],
  ["POST", "/v1/users/n1/password", ADMIN_KEY],
  ["DELETE", "/v1/users/n1", ADMIN_KEY],
  ["GET", "/v1/keys", ADMIN_KEY],
  ["POST", "/v1/keys", ADMIN_KEY],
  ["DELETE", "/v1/keys/n1", ADMIN_KEY],
  ["GET", "/v1/contacts/shared", "operator"],
  ["POST", "/v1/erasures", ADMIN_KEY],
  ["GET", "/v1/suppressions", "operator"],
  ["POST", "/v1/suppressions", "operator"],
  ["DELETE", "/v1/suppressions/s1", "operator"],
  ["GET", "/v1/campaigns", "viewer"],
  ["GET", "/v1/campaigns/k1", "viewer"],
  ["PUT", "/v1/campaigns/k1", "operator"],
  ["GET", "/v1/campaigns/k1/versions", "viewer"],
  ["GET", "/v1/campaigns/k1/versions/1", "viewer"],
  ["DELETE", "/v1/campaigns/k1/versions/1", "operator"],
  ["POST", "/v1/campaigns/k1/rollback", "operator"],
  ["POST", "/v1/campaigns/k1/pause", "operator"],
  ["POST", "/v1/campaigns/k1/resume", "operator"],
  ["PUT", "/v1/campaigns/k1/templates/nudge.sms.en.hbs", "operator"],
  ["GET", "/v1/upcoming", "viewer"],
  ["GET", "/v1/channels", "viewer"],
  ["GET", "/v1/reports/overlap", "viewer"],
  ["GET", "/v1/reports/staff", "viewer"],
  ["POST", "/v1/channels/n1/pause", "operator"],
  ["POST", "/v1/channels/n1/resume", "operator"],
  ["GET", "/v1/shops", "viewer"],
  ["POST", "/v1/shops/n1/pause", "operator"],
  ["POST", "/v1/shops/n1/resume", "operator"],
  ["GET", "/v1/payment-methods", "viewer"],
  ["POST", "/v1/payment-methods/s1/m1/pause", "operator"],
  ["POST", "/v1/payment-methods/s1/m1/resume", "operator"],
  ["GET", "/queues", "viewer"],
  ["GET", "/queues/*", "viewer"],
  ["PUT", "/queues/api/*", "operator"],
  ["POST", "/queues/api/*", "operator"],
  ["PATCH", "/queues/api/*", "operator"],
  ["GET", "/metrics", "viewer"],
  ["GET", "/healthz", "open"],
  ["GET", "/readyz", "open"],
  ["GET", "/openapi.json", "open"],
];
const PAYLOADS: Readonly<Record<string, object>> = {
  "POST /v1/events": [order(1)],
  "POST /v1/orders/acme/o1/promise": { at: "2026-11-10T20:00:00+08:00" },
  "POST /v1/tasks/t1/assign": { to: "Vera" },
  "POST /v1/tasks/t1/touch": { how: "call", result: "no_answer" },
  "POST /v1/tasks/t1/outcome": { outcome: "done" },
  "PUT /v1/staff": { items: [] },
  "PUT /v1/shifts": { items: [] },
  "POST /v1/rehearsals": [order(1)],
  "POST /v1/phrases/preview": { template: "{{shop}}" },
  "POST /v1/templates/preview": { template: "{{shop}}", channel: "sms" },
  "POST /v1/templates/test": {
    template: "{{shop}}",
    channel: "sms",
    campaign: "default",
    step: "nudge",
    to: "+8613812345678",
  },
  "POST /v1/session": { user: "Vera", password: "correct horse battery" },
  "PUT /v1/session/password": { old: "correct horse battery", password: "another horse battery" },
  "POST /v1/users": { name: "Vera", role: "operator" },
  "POST /v1/keys": { name: "reports", role: "viewer" },
  "POST /v1/erasures": { shop: "acme", buyer: "b1" },
  "POST /v1/suppressions": { shop: "acme", address: "+8613812345678" },
  "PUT /v1/campaigns/k1": { yaml: "", templates: {} },
  "PUT /v1/campaigns/k1/templates/nudge.sms.en.hbs": { text: "{{total}}" },
  "POST /v1/campaigns/k1/rollback": {},
};
const QUERIES: Readonly<Record<string, string>> = { "/v1/phrases": "?task=t1" };
const RANK = ["open", "viewer", "operator", ADMIN_KEY];

describe("access", () => {
  it.each(ROUTES)("%s %s needs %s", async (method, url, role) => {
    const { app } = stubServer({
      explain: async () => STORY,
      promise: async () => ({ kind: "recorded", answer: PROMISE }),
      reveal: async () => ({ kind: "revealed", answer: { shop: "acme", order: "o1", phone: "+8613812345678" } }),
    });
    const payload = PAYLOADS[`${method} ${url}`];
    const ask = (headers: Record<string, string>) =>
      app.inject({
        method,
        url: `${url}${QUERIES[url] ?? ""}`,
        headers: { ...headers, "if-match": '"1"' },
        ...remote,
        ...(payload === undefined ? {} : { payload }),
      });
    const none = await ask({});
    if (role === "open") return expect(none.json().code).not.toBe("unauthorized");
    expect(none.statusCode).toBe(401);
    expect(none.headers["www-authenticate"]).toBe('Bearer realm="dunlin"');
    expect(none.json().code).toBe("unauthorized");
    for (const wrong of [
      "Bearer nobody",
      `Basic ${ADMIN_KEY}`,
      `Bearer ${ADMIN_KEY}x`,
      "Bearer",
      `Bearer ${ADMIN_KEY} x`,
    ])
      expect((await ask({ authorization: wrong })).statusCode, wrong).toBe(401);
    for (const key of ["viewer", "operator", ADMIN_KEY]) {
      const answer = await ask(bearer(key));
      // The holder of a key has no password.
      if (url.endsWith("session/password")) expect(answer.json().code, key).toBe("invalid_password");
      else if (RANK.indexOf(key) >= RANK.indexOf(role)) expect(answer.statusCode, key).toBeLessThan(300);
      else {
        expect([answer.statusCode, answer.json().code], key).toEqual([403, "forbidden"]);
        expect(answer.headers["www-authenticate"]).toContain("insufficient_scope");
      }
    }
    for (const held of KEY_ROLES) {
      const answer = await ask({ ...cookie(held), ...csrf(held) });
      const mayAct = RANK.indexOf(held === "admin" ? ADMIN_KEY : held) >= RANK.indexOf(role);
      if (mayAct) expect(answer.statusCode, `session of the ${held}`).toBeLessThan(300);
      else expect(answer.json().code, `session of the ${held}`).toBe("forbidden");
      const forged = await ask(cookie(held));
      if (method === "GET") expect(forged.statusCode, held).toBe(answer.statusCode);
      else expect(forged.json().code, held).toBe("csrf_missing");
      expect((await ask({ ...cookie(held), ...csrf(held), authorization: "Bearer nobody" })).statusCode).toBe(401);
    }
  });

  it("has a row in this test for every route", async () => {
    const { app } = stubServer();
    const routes = new Set<string>();
    app.addHook("onRoute", ({ method, url }) => {
      for (const each of [method].flat()) if (each !== "HEAD") routes.add(`${each} ${url}`);
    });
    await app.ready();
    const tested = ROUTES.map(
      ([method, url]) =>
        `${method} ${url.replace("/acme/o1", "/:shop/:id").replace("/k1", "/:key").replace("/n1", "/:name").replace("/t1", "/:id").replace("/s1/m1", "/:shop/:method").replace("/s1", "/:id").replace("/versions/1", "/versions/:version").replace("/nudge.sms.en.hbs", "/:name")}`,
    );
    // It does not end: live.test.ts asks for it.
    tested.push("GET /v1/stream");
    // Signatures and tokens give access to these.
    const signed = [
      "POST /v1/webhooks/:source/:shop",
      "POST /v1/receipts/:channel",
      "POST /v1/receipts/:channel/:token",
      "GET /v1/receipts/:channel",
      "GET /v1/unsubscribe/:token",
      "POST /v1/unsubscribe/:token",
      "GET /v1/welcome/:token",
      "POST /v1/welcome/:token",
    ];
    expect([...routes].sort()).toEqual([...tested, ...signed].sort());
  });

  it("lets only an admin into a route without an access rule", async () => {
    const { app } = stubServer();
    app.get("/forgotten", async () => "");
    const ask = async (headers: Record<string, string>) =>
      (await app.inject({ url: "/forgotten", headers })).statusCode;
    expect([await ask({}), await ask(bearer("operator")), await ask(bearer())]).toEqual([401, 403, 200]);
  });

  it("refuses a body before reading it", async () => {
    const { app } = stubServer();
    const answer = await app.inject({ method: "POST", url: "/v1/events", headers: JSON_TYPE, payload: "{oops" });
    expect(answer.statusCode).toBe(401);
  });

  it("shows metrics to this machine, but not through a proxy on it", async () => {
    const { app } = stubServer();
    const own = await app.inject({ url: "/metrics" });
    expect([own.statusCode, own.body]).toEqual([200, "dunlin_up 1\n"]);
    expect(own.headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const header of ["x-forwarded-for", "forwarded", "x-real-ip", "via"])
      expect((await app.inject({ url: "/metrics", headers: { [header]: "203.0.113.7" } })).statusCode).toBe(401);
    expect((await app.inject({ url: "/metrics", headers: bearer("nobody") })).statusCode).toBe(401);
  });

  it("limits wrong keys by address, and never a valid key", async () => {
    const { app } = stubServer({ options: { failuresPerMinute: 2 } });
    const ask = async (key: string) => (await app.inject({ url: "/v1/cases", headers: bearer(key) })).statusCode;
    expect([await ask("a"), await ask("b"), await ask("c"), await ask("viewer")]).toEqual([401, 401, 429, 200]);
  });

  it("limits test messages to ten a minute of each holder", async () => {
    const { app } = stubServer();
    const payload = { template: "Pay", channel: "sms", campaign: "c", step: "nudge", to: "+8613812345678" };
    const send = (key: string) =>
      app.inject({ url: "/v1/templates/test", method: "POST", headers: { ...bearer(key), ...JSON_TYPE }, payload });
    for (let n = 0; n < 10; n++) expect((await send("operator")).statusCode).toBe(200);
    const held = await send("operator");
    expect([held.statusCode, held.json()]).toMatchObject([
      429,
      { code: "rate_limited", title: "Too many attempts", detail: "more than 10 test messages a minute" },
    ]);
    expect(Number(held.headers["retry-after"])).toBeGreaterThan(50);
    expect((await send(ADMIN_KEY)).statusCode).toBe(200);
  });

  it("compares the admin key as a whole", () => {
    const auth = createAuth({ adminKey: "dk_abc" });
    expect(auth.check("dk_abc")).toEqual({ role: "admin", name: "admin key" });
    for (const wrong of ["", "dk_ab", "dk_abcd", "DK_ABC"]) expect(auth.check(wrong)).toBeNull();
    expect(() => createAuth({ adminKey: "" })).toThrow(/empty admin key/);
  });
});

describe("problems", () => {
  it.each([
    ["GET", "/nowhere", 404, "not_found", "there is no GET /nowhere"],
    ["DELETE", "/v1/events", 404, "not_found", "there is no DELETE /v1/events"],
    ["GET", "/v1/orders/acme/o1", 404, "order_not_found", 'no event of an order "o1" in the shop "acme" was received'],
    ["GET", "/v1/orders/acme/%zz", 400, "invalid_request", expect.any(String)],
    ["GET", `/v1/orders/acme/${"x".repeat(2_401)}`, 414, "uri_too_long", "a part of the path is too long"],
  ] as const)("%s %s is %d %s", async (method, url, status, code, detail) => {
    const { app } = stubServer();
    const answer = await app.inject({ method, url, headers: bearer() });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    expect(answer.json()).toEqual({
      type: `urn:dunlin:error:${code}`,
      title: expect.any(String),
      status,
      code,
      detail,
      requestId: expect.stringMatching(/^[0-9a-f]{8}-/),
    });
  });

  it("answers a bug with its request id only, and logs no address", async () => {
    const bug = Object.assign(new Error("secret detail"), { parameters: ["+8613812345678"], query: "select 1" });
    const { app, lines } = stubServer({ explain: () => Promise.reject(bug) });
    const answer = await app.inject({ url: "/v1/orders/acme/o1?phone=13812345678", headers: bearer() });
    expect([answer.statusCode, answer.json().code]).toEqual([500, "internal_error"]);
    expect(answer.body).not.toMatch(/secret detail|at .*\.ts/);
    const logged = lines.map((line) => JSON.parse(line)).find((line) => line.level === 50);
    expect(logged).toMatchObject({
      reqId: answer.json().requestId,
      route: "/v1/orders/:shop/:id",
      err: { message: "secret detail" },
    });
    expect(lines.join("")).not.toMatch(/13812345678|dk_test|select 1/);
  });

  it("accepts an order id with any characters, in any spelling", async () => {
    const asked: unknown[] = [];
    const { app } = stubServer({
      explain: async (of) => {
        asked.push(of);
        return STORY;
      },
    });
    const id = `急/件? #%${"单".repeat(190)}`;
    const answer = await app.inject({ url: `/v1/orders/acme/${encodeURIComponent(id)}`, headers: bearer() });
    expect(answer.statusCode).toBe(200);
    await app.inject({ url: "/v1/orders/acme/%EF%BB%BF'o1%09", headers: bearer() });
    expect(asked).toEqual([
      { shop: "acme", order: id, texts: true },
      { shop: "acme", order: "o1", texts: true },
    ]);
  });

  it("shows the texts of messages to operators and admins", async () => {
    const asked: boolean[] = [];
    const { app } = stubServer({
      explain: async ({ texts }) => {
        asked.push(texts);
        return STORY;
      },
    });
    for (const role of ["viewer", "operator", undefined] as const)
      await app.inject({ url: "/v1/orders/acme/o1", headers: bearer(role) });
    expect(asked).toEqual([false, true, true]);
  });

  it("says that several orders have the number", async () => {
    const { app } = stubServer({ explain: () => Promise.reject(new AmbiguousOrderError("#1006", ["1", "2"])) });
    const answer = await app.inject({ url: "/v1/orders/acme/%231006", headers: bearer() });
    expect([answer.statusCode, answer.json().code, answer.json().detail]).toEqual([
      409,
      "ambiguous_order",
      '2 orders have the number "#1006": name one by its id, 1 or 2',
    ]);
  });

  it("sends the headers that keep browsers from guessing and framing", async () => {
    const { app } = stubServer();
    const { headers } = await app.inject({ url: "/healthz" });
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none';frame-ancestors 'none'",
    });
    expect((await app.inject("/nowhere")).headers["x-content-type-options"]).toBe("nosniff");
  });

  it("are the same in docs/errors.md and in the code", () => {
    const text = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
    const rows = [...text.matchAll(/^\| `(\w+)` +\| (\d+) +\| (.*?) +\| (.*?) +\|$/gm)];
    const documented = rows.map(([, code, status, title, remedy]) => [code, { status: Number(status), title, remedy }]);
    expect(documented).toEqual(Object.entries(ERRORS));
    const warnings = [...text.matchAll(/^\| `(\w+)` +\| (\D.*?) +\| (.*?) +\|$/gm)];
    expect(warnings.map(([, code, means, remedy]) => [code, { means, remedy }])).toEqual(Object.entries(WARNINGS));
  });
});
