import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { rehearsal } from "../../src/http/contract/rehearsals.ts";
import { createRehearsals, type Rehearsals, type RehearsalsInput } from "../../src/rehearsal/service.ts";
import { shopPolicy, T0 } from "../support/rules.ts";
import { bearer, JSON_TYPE, NDJSON_TYPE, order, pieces, realServer, stubServer } from "./support.ts";

const FILES = new Map([
  ["default/campaign.yaml", "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [sms] }\n"],
  ["default/nudge.sms.en.hbs", "{{shop}}: {{total}}"],
]);
const url = "/v1/rehearsals";
const asOperator = bearer("operator");

function rehearsals(
  writeStored: RehearsalsInput["writeStored"] = async () => null,
  shopIds: readonly string[] = ["acme"],
): Rehearsals {
  const shop = shopPolicy();
  const sms = { name: "sms", provider: "console", contacts: ["phone"], ratePerSecond: 10, cost: null } as const;
  const config = {
    shopIds,
    shop: (id: string) => (shopIds.includes(id) ? shop : null),
    channels: [{ ...sms, timeout: 5_000 }],
  };
  return createRehearsals({
    config: config as never,
    files: () => FILES,
    now: () => 0,
    writeStored,
  });
}

const events = [1, 2].map((n) => order(n, { buyer: { id: `b${n}`, phone: `+861381234567${n}`, locale: "en" } }));
const ndjson = events.map((event) => JSON.stringify(event)).join("\n");

/** A rehearsal repeats the warnings of `campaigns validate`. */
const NO_OPT_OUT = expect.stringMatching(/^campaigns\/default\/nudge\.sms\.en\.hbs:1: does not say how to opt out/);

describe("POST /v1/rehearsals of a shop system's export", () => {
  const post = async (payload: Buffer | string, query = "") => {
    const { app, stored } = await realServer({ rehearsals: rehearsals() });
    const headers = { ...asOperator, "content-type": "text/csv" };
    const answer = await app.inject({ method: "POST", url: `${url}${query}`, headers, payload });
    expect(await stored()).toBe(0);
    return { status: answer.statusCode, json: answer.json() };
  };

  it("takes it as it is, in GB18030", async () => {
    const file = await readFile(new URL("../unit/sources/csv/exports/taobao.csv", import.meta.url));
    const { status, json } = await post(file);
    expect(status, JSON.stringify(json)).toBe(200);
    expect(rehearsal.parse(json)).toEqual(json);
    expect(json.sends).toMatchObject([{ orders: ["351531314732935796"], text: "acme: CN¥88.80" }]);
    expect((await post(file, "?shop=acme")).json.sends).toHaveLength(1);
  });

  it.each([
    [
      "a,b\n1,2\n",
      "no profile fits its columns (a, b): give those of the order the headings id, status, amount, createdAt and buyer.phone",
    ],
    ["id,createdAt,amount\n1,2,3\n", /^there is no column that says what is paid: export the orders with their status/],
    [
      "id,createdAt,amount,status\n1,2,3,4\n",
      "does not say of which shop it is: name the shop in the parameter `shop`",
    ],
    ["order_id,order_total,status\n1,2,3\n", /no column for createdAt.*: export the orders with this column/],
    ["\u0000\u0001", /^is empty|^row 1|^no profile/],
  ])("refuses %j in words of the API", async (table, why) => {
    const { app } = stubServer({ rehearsals: rehearsals(undefined, ["acme", "beta"]) });
    const headers = { ...asOperator, "content-type": "text/csv" };
    const { code, detail } = (await app.inject({ method: "POST", url, headers, payload: table })).json();
    expect(code).toBe("no_events");
    expect(detail.replace(/^the body: /, "")).toEqual(typeof why === "string" ? why : expect.stringMatching(why));
    expect(detail).not.toMatch(/--\w/);
  });

  it("says which rows are no orders", async () => {
    const damaged = "id,status,amount,createdAt,buyer.name\n\ufffd\ufffd,pending,1.00,2026-11-28 20:00,x\n";
    const { errors } = (await post(damaged)).json;
    expect(errors[0].message).toMatch(/^row 2: .*is the file in another encoding\? Send it in UTF-8$/);
    const bad = await post(
      "order_id,order_number,date,status,order_total,currency\n1,1,2026-11-28 20:00,pending,x,EUR\n",
    );
    expect(bad.json).toMatchObject({
      code: "no_events",
      errors: [{ line: 2, message: expect.stringMatching(/^row 2: /) }],
    });
  });
});

describe("POST /v1/rehearsals", () => {
  it("answers the same as rehearse --json for the running campaigns, and stores nothing", async () => {
    const { app, stored, lines } = await realServer({ rehearsals: rehearsals() });
    const answer = await app.inject({
      method: "POST",
      url,
      headers: { ...asOperator, ...NDJSON_TYPE },
      payload: ndjson,
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toContain("application/json");
    const body = answer.json();
    expect(rehearsal.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      orders: 2,
      cases: 2,
      sends: [
        { at: "2026-11-10T20:10:00+08:00", buyer: "b1", step: "nudge", channel: "sms", text: "acme: CN¥129.00" },
        { buyer: "b2" },
      ],
      skips: [],
      peakPerSecond: { sms: 2 },
      texts: [{ template: "default/nudge.sms.en", channel: "sms", sends: 2, segments: 2, cost: null }],
      warnings: [NO_OPT_OUT],
    });
    expect(await stored()).toBe(0);
    expect(lines.join("")).not.toContain("138123");
  });

  it("accepts events, campaigns and from as JSON", async () => {
    const { app } = stubServer({ rehearsals: rehearsals() });
    const campaigns = {
      "promo/campaign.yaml": "steps:\n  - { id: soon, at: { afterCreated: 5m }, channels: [sms] }\n",
      "promo/soon.sms.en.hbs": "soon {{count}}",
    };
    const post = async (payload: object, query = "") =>
      (await app.inject({ method: "POST", url: `${url}${query}`, headers: asOperator, payload })).json();
    expect(await post({ events, campaigns })).toMatchObject({ sends: [{ campaign: "promo", text: "soon 1" }, {}] });
    expect(await post({ events })).toMatchObject({ sends: [{ campaign: "default" }, {}] });
    const from = new Date(T0 + 20 * 60_000).toISOString();
    const later = { from: "2026-11-10T20:20:00+08:00", sends: [{ at: "2026-11-10T20:20:00+08:00" }, {}] };
    expect(await post({ events, from })).toMatchObject(later);
    expect(await post({ events }, `?from=${encodeURIComponent(from)}`)).toMatchObject(later);
    expect(await post({ events, from }, `?from=${encodeURIComponent(from)}`)).toMatchObject({
      code: "invalid_rehearsal",
      errors: [{ message: "from: is in the query too: give it once" }],
    });
  });

  it("takes another day, a tag, a scale, and campaigns to compare with", async () => {
    const { app } = stubServer({ rehearsals: rehearsals() });
    const post = async (query: string, payload: object) => {
      const answer = await app.inject({ method: "POST", url: `${url}${query}`, headers: asOperator, payload });
      expect(answer.statusCode).toBe(200);
      expect(rehearsal.parse(answer.json())).toEqual(answer.json());
      return answer.json();
    };
    const against = {
      "promo/campaign.yaml":
        "match: { tags: [d11] }\nsteps:\n  - { id: soon, at: { afterCreated: 5m }, channels: [sms] }\n",
      "promo/soon.sms.en.hbs": "soon {{count}}",
    };
    const moved = await post("?asOf=2026-12-24&tag=x&tag=d11&scale=3", { events, against });
    expect(moved).toMatchObject({
      orders: 6,
      sends: expect.arrayContaining([expect.objectContaining({ at: "2026-12-24T20:10:00+08:00", buyer: "b2~3" })]),
      difference: { against: "against", sends: { before: 6, after: 6, same: 0, onlyBefore: 6, onlyAfter: 6 } },
    });
  });

  it("takes stored orders instead of events, and says when there are none", async () => {
    const asked: unknown[] = [];
    const { app } = stubServer({
      rehearsals: rehearsals(async (stored) => {
        asked.push(stored);
        return "stored: none";
      }),
    });
    const stored = `${url}?stored=yesterday`;
    for (const options of [{}, { payload: {} }]) {
      const answer = await app.inject({ method: "POST", url: stored, headers: asOperator, ...options });
      expect(answer.statusCode).toBe(422);
      expect(answer.json()).toMatchObject({ code: "no_events", detail: "stored: none" });
    }
    const yesterday = { kind: "day", day: -1, relative: true, time: null };
    expect(asked).toEqual(Array(2).fill({ period: { from: yesterday, to: yesterday }, shop: null }));
    const file = stubServer({
      rehearsals: rehearsals(async (_, path) => {
        await writeFile(path, ndjson);
        return null;
      }),
    });
    const post = async (options: { payload?: object } = {}) =>
      (await file.app.inject({ method: "POST", url: stored, headers: asOperator, ...options })).json();
    expect(await post()).toMatchObject({ orders: 2, sends: [{ buyer: "b1" }, { buyer: "b2" }] });
    expect(await post({ payload: { events } })).toMatchObject({
      code: "invalid_rehearsal",
      errors: [{ message: "events: leave it out: `stored` takes stored orders" }],
    });
  });

  it("reports bad lines as warnings, and as errors when no line is good", async () => {
    const { app } = stubServer({ rehearsals: rehearsals() });
    const post = (payload: string) =>
      app.inject({ method: "POST", url, headers: { ...asOperator, ...NDJSON_TYPE }, payload });
    const bad = `${JSON.stringify(order(3, {}), null, 0).replace('"acme"', '"nowhere"')}\n{"id":"+8613812345678`;
    const beside = await post(`${ndjson}\n\n${bad}`);
    expect(beside.statusCode).toBe(200);
    expect(beside.json().warnings).toEqual([
      expect.stringMatching(/^line 4: shop: "nowhere" is not configured/),
      "line 5: is cut off, no JSON: it ends within a string",
      NO_OPT_OUT,
    ]);
    const alone = await post(bad);
    expect(alone.statusCode).toBe(422);
    expect(alone.headers["content-type"]).toContain("application/problem+json");
    expect(alone.json()).toMatchObject({
      code: "no_events",
      errors: [
        { line: 1, message: expect.stringMatching(/^line 1: shop/) },
        { line: 2, message: "line 2: is cut off, no JSON: it ends within a string" },
      ],
    });
    expect(alone.body).not.toContain("138123");
    expect((await post("Name,Total\n#1001,150.00\n")).json()).toMatchObject({
      code: "no_events",
      detail: expect.stringMatching(/^the body is a table of values \(CSV\)/),
    });
    expect((await post("")).json()).toMatchObject({ from: null, sends: [], warnings: [NO_OPT_OUT] });
  });

  it.each<[string, object | string, number, string, RegExp]>([
    [
      "what is no JSON",
      '{"events": [{"phone": "13812345678" 1',
      400,
      "invalid_json",
      /^column 37: expected "," or "}"$/,
    ],
    ["what is no object", "[]", 422, "invalid_rehearsal", /not valid/],
    ["unknown keys", { events: [], file: "/etc/passwd" }, 422, "invalid_rehearsal", /not valid/],
    [
      "an instant without an offset",
      { events: [], from: "2026-11-10T20:00:00" },
      422,
      "invalid_rehearsal",
      /not valid/,
    ],
    [
      "campaigns at fault",
      { events: [], campaigns: { "promo/campaign.yaml": "steps: []\nholdout: 101%\n" } },
      422,
      "invalid_campaign",
      /faults in the campaigns/,
    ],
    ["no campaign at all", { events: [], campaigns: {} }, 422, "invalid_campaign", /has no campaign/],
  ])("refuses %s", async (_, payload, status, code, detail) => {
    const { app } = stubServer({ rehearsals: rehearsals() });
    const answer = await app.inject({ method: "POST", url, headers: { ...asOperator, ...JSON_TYPE }, payload });
    expect(answer.json()).toMatchObject({ status, code, detail: expect.stringMatching(detail) });
    expect(answer.statusCode).toBe(status);
    expect(answer.body).not.toContain("138123");
    if (code === "invalid_campaign" && answer.json().errors.length > 1)
      expect(answer.json().errors.map(({ message }: { message: string }) => message)).toEqual([
        "campaigns/promo/campaign.yaml:1: steps: needs at least one step",
        "campaigns/promo/campaign.yaml:2: holdout: must be at most 100%",
      ]);
  });

  it("refuses unknown parameters, other content types, and keys below operator", async () => {
    const { app } = stubServer({ rehearsals: rehearsals() });
    const post = async (options: { headers?: object; query?: string }) =>
      (
        await app.inject({
          method: "POST",
          url: `${url}${options.query ?? ""}`,
          headers: { ...asOperator, ...NDJSON_TYPE, ...options.headers },
          payload: ndjson,
        })
      ).json().code;
    expect(await post({ query: "?from=someday" })).toBe("invalid_query");
    expect(await post({ query: "?asOf=someday" })).toBe("invalid_query");
    expect(await post({ query: "?scale=0" })).toBe("invalid_query");
    expect(await post({ query: "?tag=" })).toBe("invalid_query");
    expect(await post({ query: "?stored=20:00" })).toBe("invalid_query");
    expect(await post({ query: "?shop=acme" })).toBe("invalid_query");
    expect(await post({ query: "?stored=today" })).toBe("invalid_rehearsal");
    expect(await post({ query: "?form=2026-11-10T20:00:00Z" })).toBe("invalid_query");
    expect(await post({ headers: { "content-type": "text/plain" } })).toBe("unsupported_media_type");
    expect(await post({ headers: { "content-type": "text/csv", "content-encoding": "gzip" } })).toBe(
      "unsupported_media_type",
    );
    expect(await post({ headers: { "content-encoding": "gzip" } })).toBe("unsupported_media_type");
    expect(await post({ headers: bearer("viewer") })).toBe("forbidden");
    expect(await post({ headers: { authorization: "" } })).toBe("unauthorized");
  });

  it("runs one rehearsal at a time, and frees the slot after any result", async () => {
    const one = rehearsals();
    const bodies: string[] = [];
    const watched: Rehearsals = {
      begin: async () => {
        const slot = await one.begin();
        if (slot !== null) bodies.push(slot.body);
        return slot;
      },
    };
    const { app } = stubServer({ rehearsals: watched, options: { rehearsalBytes: 2_000, stallTimeout: 200 } });
    const post = (payload: string | ReturnType<typeof pieces>) =>
      app.inject({ method: "POST", url, headers: { ...asOperator, ...NDJSON_TYPE }, payload });
    const open = post(pieces([ndjson.slice(0, 50)], false));
    await expect.poll(() => bodies.length).toBe(1);
    const second = await post(ndjson);
    expect(second.statusCode).toBe(429);
    expect(second.headers["retry-after"]).toMatch(/^\d+$/);
    expect(second.json()).toMatchObject({ code: "rehearsal_under_way" });
    expect((await open).json()).toMatchObject({ code: "request_timeout" });
    expect((await post(`${ndjson}\n${"x".repeat(2_000)}`)).json()).toMatchObject({ code: "payload_too_large" });
    expect((await post("[")).json()).toMatchObject({ code: "no_events" });
    expect((await post(ndjson)).statusCode).toBe(200);
    await expect.poll(() => bodies.filter((body) => existsSync(dirname(body)))).toEqual([]);
    expect(bodies).toHaveLength(4);
  });

  it("is aborted when the process drains", async () => {
    const { app } = stubServer({ rehearsals: rehearsals() });
    const open = app.inject({
      method: "POST",
      url,
      headers: { ...asOperator, ...NDJSON_TYPE },
      payload: pieces([ndjson], false),
    });
    await app.ready();
    await new Promise((resolve) => setImmediate(resolve));
    await app.close();
    expect((await open).json()).toMatchObject({ code: "shutting_down" });
  });
});
