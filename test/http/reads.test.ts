import { describe, expect, it, onTestFinished } from "vitest";
import { connectReads } from "../../src/db/client.ts";
import { reportJson } from "../../src/reporting/format-report.ts";
import { listCases } from "../../src/reporting/listings.ts";
import { recoveryReport } from "../../src/reporting/recovery.ts";
import { lockTable, testDatabase } from "../support/database.ts";
import { OWNER, REMINDER, REPORT, STAFF_REPORT } from "./samples.ts";
import { bearer, stubServer, stubTasks } from "./support.ts";

const FROM = "2026-11-10T20:00:00+08:00";
const AT = Date.parse(FROM);

describe("POST /v1/orders/:shop/:id/reveal", () => {
  it.each([
    [{ kind: "revealed", answer: { shop: "acme", order: "o1", phone: "+8613812345678" } }, 200, undefined],
    [{ kind: "unknown_order" }, 404, "order_not_found"],
    [{ kind: "no_phone" }, 404, "phone_not_found"],
  ] as const)("answers %j, not to be kept, and says who asked", async (result, status, code) => {
    const asked: unknown[] = [];
    const { app, lines } = stubServer({
      reveal: async (...who) => {
        asked.push(who);
        return result;
      },
    });
    const answer = await app.inject({ method: "POST", url: "/v1/orders/acme/o1/reveal", headers: bearer("operator") });
    expect([answer.statusCode, answer.json().code, answer.headers["cache-control"]]).toEqual([
      status,
      code,
      "no-store",
    ]);
    if ("answer" in result) expect(answer.json()).toEqual(result.answer);
    expect(asked).toEqual([
      [
        { who: "operator's key", via: "http" },
        { shop: "acme", order: "o1" },
      ],
    ]);
    expect(lines.join("")).not.toContain("13812345678");
  });
});

describe("GET /v1/reports/recovery", () => {
  it("passes the query on, and answers JSON or CSV", async () => {
    const asked: unknown[] = [];
    const { app } = stubServer({
      report: async (query) => {
        asked.push(query);
        return REPORT;
      },
      reportCsv: async ({ totals }) => `campaign,orders\r\nd11,3\r\n${totals === "true" ? "total,3\r\n" : ""}`,
    });
    const url = `/v1/reports/recovery?by=campaign,step&from=${encodeURIComponent(FROM)}`;
    const json = await app.inject({ url, headers: bearer("viewer") });
    expect(json.json()).toEqual(REPORT);
    expect(json.headers["cache-control"]).toBe("no-store");
    await app.inject({ url: "/v1/reports/recovery", headers: bearer("viewer") });
    // The plus of an offset without escaping.
    await app.inject({ url: `/v1/reports/recovery?from=${FROM}`, headers: bearer("viewer") });
    await app.inject({ url: "/v1/reports/recovery?by=step,%20campaign,step&on=yesterday", headers: bearer("viewer") });
    await app.inject({ url: "/v1/reports/recovery?from=2026-11-10+20:00&to=-1h", headers: bearer("viewer") });
    const at = { kind: "instant", at: AT };
    const yesterday = { kind: "day", day: -1, relative: true, time: null };
    const clock = { kind: "day", day: Date.parse("2026-11-10") / 86_400_000, relative: false, time: 72_000_000 };
    expect(asked).toEqual([
      { by: ["campaign", "step"], from: at, to: null },
      { by: [], from: null, to: null },
      { by: [], from: at, to: null },
      { by: ["step", "campaign"], from: yesterday, to: yesterday },
      { by: [], from: clock, to: { kind: "ago", ms: 3_600_000 } },
    ]);
    const csv = await app.inject({ url: `${url}&format=csv`, headers: bearer("viewer") });
    expect([csv.headers["content-type"], csv.body]).toEqual([
      "text/csv; charset=utf-8",
      "campaign,orders\r\nd11,3\r\n",
    ]);
    const total = await app.inject({ url: `${url}&format=csv&totals=true`, headers: bearer("viewer") });
    expect(total.body).toContain("total,3");
  });

  it.each([
    ["by=campaign,buyer", "by", /"buyer" is not one of campaign, step/],
    ["from=2026-11-10T20:00:00", "from", /RFC 3339/],
    ["on=-1h", "on", /must be a day/],
    ["on=today&to=today", "on", /whole period/],
    ["from=2026-11-11&to=2026-11-10", "from", /before to/],
    ["from=2026-11-10 20:00:00Z", "from", /RFC 3339/],
    ["from=2026-11-11T00:00:00Z&to=2026-11-10T00:00:00Z", "from", /before to/],
    ["format=xml", "format", /json.*csv/],
    ["group=shop", "group", /is not a parameter/],
  ])("names the wrong parameter: %s", async (query, parameter, message) => {
    const { app } = stubServer();
    const answer = await app.inject({ url: `/v1/reports/recovery?${query}`, headers: bearer("viewer") });
    expect([answer.statusCode, answer.json().code]).toEqual([422, "invalid_query"]);
    expect(answer.json().errors).toEqual([{ parameter, message: expect.stringMatching(message) }]);
  });
});

it.each([
  ["/v1/campaigns/nudge/versions/first", "path", "version"],
  ["/v1/orders/acme/%00", "path", "id"],
  ["/v1/campaigns/nudge/versions?limit=none", "query", "limit"],
])("says of %s that the %s is not valid, and names the parameter", async (url, part, parameter) => {
  const { app } = stubServer();
  const answer = await app.inject({ url, headers: bearer("viewer") });
  expect([answer.statusCode, answer.json().code]).toEqual([422, "invalid_query"]);
  expect(answer.json()).toMatchObject({ detail: `the ${part} is not valid`, errors: [{ parameter }] });
});

describe("GET /v1/reports/owner", () => {
  it("passes the shop on, and says that there is no such shop", async () => {
    const asked: unknown[] = [];
    const { app } = stubServer({
      owner: async (query) => {
        asked.push(query);
        return query.shop === "acme" ? { ...OWNER, shop: "acme" } : null;
      },
    });
    const ask = (query: string) => app.inject({ url: `/v1/reports/owner${query}`, headers: bearer("viewer") });
    expect((await ask("?shop=acme")).json().shop).toBe("acme");
    const unknown = await ask("?shop=nope");
    expect([unknown.statusCode, unknown.json().code]).toEqual([404, "shop_not_found"]);
    expect(unknown.json().detail).toContain('"nope"');
    expect((await ask("?from=yesterday")).json().code).toBe("invalid_query");
    expect(asked).toEqual([{ shop: "acme" }, { shop: "nope" }]);
  });
});

describe("GET /v1/reports/staff", () => {
  it("shows wages to admins only", async () => {
    const { app } = stubServer();
    const get = async (key?: string) =>
      (await app.inject({ url: "/v1/reports/staff", headers: bearer(key) })).json<typeof STAFF_REPORT>();
    expect(await get()).toEqual(STAFF_REPORT);
    for (const key of ["viewer", "operator"]) {
      const shown = await get(key);
      expect(shown.items).toMatchObject([{ person: "vera", hours: 8, wage: null, wagePerOrder: null }]);
      expect(JSON.stringify(shown)).not.toContain("484");
    }
  });
});

describe("GET /v1/orders", () => {
  it("passes the query on, and shows phone numbers to operators only", async () => {
    const asked: unknown[] = [];
    const { app } = stubServer({
      listOrders: async (query) => {
        asked.push(query);
        return query.shop === "nope"
          ? { kind: "unknown_shop" }
          : query.cursor === "x"
            ? { kind: "invalid_cursor" }
            : { kind: "page", page: { items: [], next: null } };
      },
    });
    const ask = (query: string, key = "viewer") => app.inject({ url: `/v1/orders${query}`, headers: bearer(key) });
    expect((await ask("?shop=acme&state=paid&campaign=d11&recovered=true&q=%231006&limit=7")).json()).toEqual({
      items: [],
      next: null,
    });
    await ask(`?recovered=false&from=${FROM}`, "operator");
    const none = { shop: null, state: null, campaign: null, recovered: null, q: null, cursor: null };
    expect(asked).toEqual([
      {
        ...none,
        ...{ shop: "acme", state: "paid", campaign: "d11", recovered: true, q: "#1006", limit: 7 },
        ...{ from: null, to: null, phones: false },
      },
      { ...none, recovered: false, limit: 50, from: { kind: "instant", at: AT }, to: null, phones: true },
    ]);
    const unknown = await ask("?shop=nope");
    expect([unknown.statusCode, unknown.json().code]).toEqual([404, "shop_not_found"]);
    const cursor = await ask("?cursor=x");
    expect([cursor.statusCode, cursor.json().errors]).toEqual([
      422,
      [{ parameter: "cursor", message: expect.stringContaining("of this list") }],
    ]);
  });

  it.each([
    ["q=", "q", /must not be empty/],
    ["q=%20", "q", /must not be empty/],
    [`q=${"1".repeat(201)}`, "q", /200/],
    ["q=a%00b", "q", /NUL/],
    ["state=lost", "state", /unpaid.*refunded/],
    ["recovered=yes", "recovered", /true.*false/],
    ["limit=0", "limit", /1 to 500/],
    ["limit=501", "limit", /1 to 500/],
    ["from=2026-11-11&to=2026-11-10", "from", /before to/],
    ["phone=1", "phone", /is not a parameter/],
  ])("names the wrong parameter: %s", async (query, parameter, message) => {
    const { app } = stubServer();
    const answer = await app.inject({ url: `/v1/orders?${query}`, headers: bearer("viewer") });
    expect([answer.statusCode, answer.json().code]).toEqual([422, "invalid_query"]);
    expect(answer.json().errors).toMatchObject([{ parameter, message: expect.stringMatching(message) }]);
  });
});

describe("a store that does not answer in time", () => {
  const limited = async (limitMs: number) => {
    const database = await testDatabase();
    const reads = connectReads(database.url, undefined, limitMs);
    onTestFinished(() => reads.close(0));
    const { app } = stubServer({
      report: async (query) => reportJson(await recoveryReport({ sql: reads.sql }, query)),
      listCases: (query) => listCases({ sql: reads.sql }, query),
    });
    const letGo = await lockTable(database.url, "cases, recoveries");
    const ask = (url: string) => app.inject({ url, headers: bearer("viewer") });
    return { ask, letGo, reads };
  };

  it("gets a 503 after the time limit, also while it waits for a lock; later reads work", async () => {
    const { ask, letGo } = await limited(300);
    const urls = ["/v1/reports/recovery", "/v1/cases"];
    const late = await Promise.all([...urls, ...urls, ...urls].map(ask));
    for (const answer of late) {
      expect([answer.statusCode, answer.json().code]).toEqual([503, "query_timeout"]);
      expect(answer.headers["retry-after"]).toMatch(/^\d+$/);
    }
    await letGo();
    for (const answer of await Promise.all(urls.map(ask))) expect(answer.statusCode).toBe(200);
  });

  it("is cut when the pool is closed, and answered as an outage", async () => {
    const { ask, letGo, reads } = await limited(60_000);
    const late = Promise.all(Array.from({ length: 5 }, () => ask("/v1/reports/recovery")));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await reads.close(100);
    for (const answer of await late)
      expect([answer.statusCode, answer.json().code]).toEqual([503, "store_unavailable"]);
    await letGo();
  });
});

describe("lists", () => {
  it("pass filters and the cursor on", async () => {
    const asked: unknown[] = [];
    const { app } = stubServer({
      listReminders: async (query) => {
        asked.push(query);
        return { items: [REMINDER], next: "c2" };
      },
    });
    const url = "/v1/reminders?shop=acme&state=cancelled&reason=paid&limit=10&cursor=c1";
    const answer = await app.inject({ url, headers: bearer("viewer") });
    expect(answer.json()).toEqual({ items: [REMINDER], next: "c2" });
    const none = { buyer: null, campaign: null, step: null, channel: null, order: null, from: null, to: null };
    expect(asked).toEqual([{ ...none, shop: "acme", state: "cancelled", reason: "paid", limit: 10, cursor: "c1" }]);
  });

  it.each(["cases", "reminders", "deliveries"])(
    "%s: refuse an unknown filter, state, limit or cursor",
    async (list) => {
      const { app } = stubServer({
        listCases: async () => null,
        listReminders: async () => null,
        listDeliveries: async () => null,
      });
      for (const query of [
        "limit=0",
        "limit=501",
        "limit=ten",
        "state=lost",
        "colour=red",
        "buyer=%00",
        "cursor=forged",
      ]) {
        const answer = await app.inject({ url: `/v1/${list}?${query}`, headers: bearer("viewer") });
        expect([answer.statusCode, answer.json().code], query).toEqual([422, "invalid_query"]);
        expect(answer.json().errors[0].parameter).toBe(query.split("=")[0]);
      }
    },
  );
});

describe("operations", () => {
  it("is alive without a check, and ready when the checks pass", async () => {
    const ready = { ok: false, checks: { database: { ok: false, message: "refused" }, queue: { ok: true } } };
    const { app } = stubServer({ health: { ready: async () => ready } });
    expect((await app.inject("/healthz")).json()).toEqual({ status: "ok" });
    const answer = await app.inject("/readyz");
    expect([answer.statusCode, answer.json()]).toEqual([503, ready]);
  });

  it("observes route templates, never URLs", async () => {
    const seen: unknown[] = [];
    const { app } = stubServer({ observe: (answer) => seen.push(answer) });
    await app.inject({ url: "/v1/orders/acme/o1", headers: bearer() });
    await app.inject("/nowhere");
    expect(seen).toEqual([
      { method: "GET", route: "/v1/orders/:shop/:id", status: 404, seconds: expect.any(Number) },
      { method: "GET", route: "none", status: 404, seconds: expect.any(Number) },
    ]);
  });
});

describe("GET /v1/tasks", () => {
  it("asks for those that are overdue, and refuses another value", async () => {
    const asked: unknown[] = [];
    const tasks = stubTasks({
      list: async (_actor, { overdue }) => {
        asked.push(overdue);
        return { items: [], next: null };
      },
    });
    const { app } = stubServer({ tasks });
    const ask = (query: string) => app.inject({ url: `/v1/tasks${query}`, headers: bearer("viewer") });
    expect((await ask("?overdue=true")).statusCode).toBe(200);
    expect((await ask("")).statusCode).toBe(200);
    const refused = await ask("?overdue=yes");
    expect(refused.statusCode).toBe(422);
    expect(refused.json().errors).toMatchObject([{ parameter: "overdue" }]);
    expect(asked).toEqual([true, false]);
  });
});
