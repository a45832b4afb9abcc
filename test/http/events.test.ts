import { describe, expect, it } from "vitest";
import { bearer, JSON_TYPE, order, pieces, realServer, stubServer } from "./support.ts";

const headers = { ...bearer(), ...JSON_TYPE };
type Server = Awaited<ReturnType<typeof realServer>>["app"];
const post = (app: Server, payload: string | Buffer | object) =>
  app.inject({ method: "POST", url: "/v1/events", headers, payload });

describe("POST /v1/events with JSON", () => {
  it("accepts an event, and counts it as a duplicate the second time", async () => {
    const { app, stored } = await realServer();
    const first = await post(app, order(1));
    expect([first.statusCode, first.json()]).toEqual([202, { accepted: 1, duplicates: 0, rejected: [], warnings: [] }]);
    expect(first.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect((await post(app, order(1))).json()).toEqual({ accepted: 0, duplicates: 1, rejected: [], warnings: [] });
    expect(await stored()).toBe(1);
  });

  it("accepts the good events of an array, and reports the fault of each bad one", async () => {
    const { app, stored } = await realServer();
    const answer = await post(app, [
      order(1),
      order(2, { amount: "-5.00" }),
      order(3, { currency: "XXZ" }),
      { ...order(4), occurredAt: "2026-11-10T20:00:00" },
      { ...order(5), shop: "nobody" },
      { ...order(6), order: { ...order(6).order, id: 9007199254740991 } },
      "no event",
      order(7),
    ]);
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toEqual({
      accepted: 2,
      duplicates: 0,
      rejected: [
        { index: 1, id: "e2", code: "invalid_event", message: expect.stringMatching(/^order\.amount: .*not negative/) },
        { index: 2, id: "e3", code: "invalid_event", message: expect.stringMatching(/^order\.currency: .*ISO 4217/) },
        { index: 3, id: "e4", code: "invalid_event", message: expect.stringMatching(/^occurredAt: .*offset/) },
        { index: 4, id: "e5", code: "unknown_shop", message: expect.stringContaining("dunlin.yaml") },
        { index: 5, id: "e6", code: "invalid_event", message: expect.stringMatching(/^order\.id: must be a string/) },
        { index: 6, id: null, code: "invalid_event", message: expect.stringMatching(/^event: /) },
      ],
      warnings: [],
    });
    expect(await stored()).toBe(2);
  });

  it.each([
    ["an unknown shop", { ...order(1), shop: "nobody" }, "unknown_shop", /dunlin\.yaml/],
    [
      "a number as id",
      { ...order(1), order: { ...order(1).order, id: 12 } },
      "invalid_event",
      /order\.id: must be a string/,
    ],
    ["a negative amount", order(1, { amount: "-1" }), "invalid_event", /order\.amount/],
    ["no object at all", "7", "invalid_event", /event/],
  ])("answers 422 for a single event with %s", async (_what, event, code, message) => {
    const { app, stored } = await realServer();
    const answer = await post(app, event);
    expect(answer.statusCode).toBe(422);
    expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    expect(answer.json()).toMatchObject({ status: 422, code, detail: expect.stringMatching(message) });
    expect(answer.json().errors).toEqual([
      { id: typeof event === "string" ? null : "e1", code, message: expect.stringMatching(message) },
    ]);
    expect(await stored()).toBe(0);
  });

  it("says what of an accepted event cannot be used, without saying the value, each time it is sent", async () => {
    const { app, stored } = await realServer();
    const unread = order(2, { buyer: { id: "b2", phone: "1.39E+10" } });
    const message = expect.stringMatching(/^order\.buyer\.phone: /);
    const warning = { id: "e2", code: "phone_unreadable", message };
    const both = await post(app, [order(1), unread]);
    expect(both.json()).toEqual({ accepted: 2, duplicates: 0, rejected: [], warnings: [{ index: 1, ...warning }] });
    expect(both.body).not.toContain("1.39");
    const again = await post(app, unread);
    expect(again.json()).toEqual({ accepted: 0, duplicates: 1, rejected: [], warnings: [{ index: 0, ...warning }] });
    expect(await stored()).toBe(2);
  });

  it("lists ten thousand warnings of an array, and counts the others", async () => {
    const warnings = Array.from({ length: 10_002 }, (_, index) => ({ index, id: "e", code: "c", message: "m" }));
    const submit = async () => ({ accepted: 10_002, duplicates: 0, rejected: [], warnings });
    const { app } = stubServer({ intake: { pending: 0, submit } });
    const answer = (await post(app, "[1]")).json();
    expect(answer).toMatchObject({ accepted: 10_002, warningsNotListed: 2 });
    expect(answer.warnings).toHaveLength(10_000);
  });

  it("answers 202 for an array of bad events only, and for an empty array", async () => {
    const { app } = await realServer();
    const answer = await post(app, [{}]);
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({ accepted: 0, rejected: [{ index: 0, code: "invalid_event" }] });
    const empty = await post(app, "[]");
    expect([empty.statusCode, empty.json()]).toEqual([202, { accepted: 0, duplicates: 0, rejected: [], warnings: [] }]);
  });

  it.each([
    ['{"id": "e1",\n "type": order}', "line 2, column 10: expected a value"],
    ['[{"a": 1} {"b": 2}]', 'column 11: expected "," or "]"'],
    ['[{"a": 1}', 'column 10: it ends too soon: expected "," or "]"'],
    ["", "the body is empty"],
    [Buffer.from([0x5b, 0x22, 0xc3, 0x28, 0x22, 0x5d]), "byte 3 is not valid UTF-8: send UTF-8"],
  ])("names the place of bad JSON: %j", async (payload, detail) => {
    const { app } = stubServer();
    const answer = await post(app, payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: "invalid_json", detail });
  });

  it("ignores a byte order mark", async () => {
    const { app } = stubServer();
    expect((await post(app, `\ufeff${JSON.stringify(order(1))}`)).statusCode).toBe(202);
  });

  it("refuses 20 MB, with or without a content length, and says what to use", async () => {
    const { app } = stubServer();
    const body = Buffer.alloc(20_000_000, " ");
    const chunked = pieces([body]);
    for (const payload of [body, chunked]) {
      const answer = await app.inject({ method: "POST", url: "/v1/events", headers, payload });
      expect(answer.statusCode).toBe(413);
      expect(answer.json()).toMatchObject({
        code: "payload_too_large",
        detail: expect.stringContaining("application/x-ndjson"),
      });
    }
  });

  it("refuses deep nesting, closed or not, and an array or object of many tiny values", async () => {
    const { app, stored } = await realServer();
    const deep = 2_000_000;
    for (const [text, column] of [
      ["[".repeat(deep) + "]".repeat(deep), 1001],
      ["[".repeat(deep), 1001],
      [`[0,${"[".repeat(deep)}`, 1003],
      [`${'{"order":'.repeat(500_000)}1${"}".repeat(500_000)}`, 9001],
    ] as const) {
      const answer = await post(app, text);
      expect([answer.statusCode, answer.json().code, answer.json().detail]).toEqual([
        400,
        "invalid_json",
        `column ${column}: is nested more than 1000 levels deep`,
      ]);
    }
    const nearly = await post(
      app,
      JSON.stringify({ ...order(1), more: JSON.parse("[".repeat(998) + "]".repeat(998)) }),
    );
    expect(nearly.statusCode).toBe(202);
    const keys = await post(app, `{${Array.from({ length: 200_001 }, (_, n) => `"${n}":0`).join(",")}}`);
    expect([keys.statusCode, keys.json().detail]).toEqual([400, expect.stringContaining("more than 200000 values")]);
    const many = await post(app, `[${"0,".repeat(1_000_000)}0]`);
    expect([many.statusCode, many.json().code]).toEqual([413, "too_many_events"]);
    expect(await stored()).toBe(1);
  });

  it.each([
    ["text/plain", {}],
    ["application/x-www-form-urlencoded", {}],
    ["application/json; charset=gbk", {}],
    ["application/json", { "content-encoding": "gzip" }],
    ["application/x-ndjson", { "content-encoding": "gzip" }],
  ])("refuses the content type %s %j", async (type, more) => {
    const { app } = stubServer();
    const answer = await app.inject({
      method: "POST",
      url: "/v1/events",
      headers: { ...bearer(), "content-type": type, ...more },
      payload: "{}",
    });
    expect([answer.statusCode, answer.json().code]).toEqual([415, "unsupported_media_type"]);
  });

  it("answers 503 and confirms nothing when the store is out, hangs or is overloaded", async () => {
    const dead = { pending: 0, submit: async () => Promise.reject(new Error("connect ECONNREFUSED")) };
    const hung = { pending: 0, submit: () => new Promise<never>(() => {}) };
    const busy = {
      pending: 1_000_000,
      submit: async () => ({ accepted: 1, duplicates: 0, rejected: [], warnings: [] }),
    };
    for (const [intake, code] of [
      [dead, "store_unavailable"],
      [hung, "store_unavailable"],
      [busy, "overloaded"],
    ] as const) {
      const { app } = stubServer({ intake, options: { storeTimeout: 50 } });
      const answer = await post(app, [order(1)]);
      expect([answer.statusCode, answer.json().code]).toEqual([503, code]);
      expect(answer.headers["retry-after"]).toBe("5");
      expect(answer.body).not.toMatch(/accepted|ECONNREFUSED/);
    }
  });

  it("stops waiting for a body that does not arrive", async () => {
    const { app } = stubServer({ options: { bodyTimeout: 50 } });
    const answer = await app.inject({
      method: "POST",
      url: "/v1/events",
      headers: { ...headers, "transfer-encoding": "chunked" },
      payload: pieces(["["], false),
    });
    expect([answer.statusCode, answer.json().code]).toEqual([408, "request_timeout"]);
  });

  it("has no timeout for a body that it refused", async () => {
    const { app } = stubServer({ options: { bodyTimeout: 50 } });
    const answer = await app.inject({
      method: "POST",
      url: "/v1/events",
      headers: { ...headers, "transfer-encoding": "chunked" },
      payload: pieces([Buffer.alloc(11_000_000, " ")], false),
    });
    expect(answer.statusCode).toBe(413);
    await new Promise((resolve) => setTimeout(resolve, 150));
  });
});
