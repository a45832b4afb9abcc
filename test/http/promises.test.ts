import { describe, expect, it } from "vitest";
import type { PromiseRecord, PromiseResult } from "../../src/http/contract/promises.ts";
import { PROMISE } from "./samples.ts";
import { bearer, stubServer } from "./support.ts";

const AT = "2026-11-10T20:00:00+08:00";

function promising(outcome: PromiseResult = { kind: "recorded", answer: PROMISE }) {
  const asked: PromiseRecord[] = [];
  const { app } = stubServer({
    promise: async (record) => {
      asked.push(record);
      return outcome;
    },
  });
  const post = (payload: string | object, url = "/v1/orders/acme/o1/promise") =>
    app.inject({
      method: "POST",
      url,
      headers: { ...bearer("operator"), "content-type": "application/json" },
      payload,
    });
  return { asked, post };
}

describe("POST /v1/orders/:shop/:id/promise", () => {
  it("records the promise", async () => {
    const { asked, post } = promising();
    const answer = await post({ at: AT, reason: " cannot pay online ", by: "Li" });
    expect([answer.statusCode, answer.json()]).toEqual([200, PROMISE]);
    await post({ at: AT }, "/v1/orders/acme/%E8%AE%A2%E5%8D%95/promise");
    const base = { shop: "acme", at: { kind: "instant", at: Date.parse(AT) } };
    expect(asked).toEqual([
      { ...base, order: "o1", reason: "cannot pay online", by: "Li" },
      { ...base, order: "订单", reason: null, by: null },
    ]);
  });

  it.each<[PromiseResult, number, string]>([
    [{ kind: "unknown_order" }, 404, "order_not_found"],
    [{ kind: "no_open_case" }, 409, "no_open_case"],
    [{ kind: "past", message: "it is later now" }, 422, "invalid_promise"],
    [{ kind: "too_late", message: "the order closes at 20:00" }, 422, "invalid_promise"],
  ])("says why it cannot: $kind", async (result, status, code) => {
    const answer = await promising(result).post({ at: AT });
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    if ("message" in result) expect(answer.json().detail).toBe(`at: ${result.message}`);
  });

  it("takes a time as people write it", async () => {
    const { asked, post } = promising();
    await post({ at: "tomorrow" });
    await post({ at: "20:00" });
    expect(asked.map(({ at }) => at)).toEqual([
      { kind: "day", day: 1, relative: true, time: null },
      { kind: "day", day: 0, relative: true, time: 72_000_000 },
    ]);
  });

  it.each<[object | string, number, string, string | undefined]>([
    [{}, 422, "invalid_promise", "at"],
    [{ at: "tonight" }, 422, "invalid_promise", "at"],
    [{ at: AT, reason: "x".repeat(201) }, 422, "invalid_promise", "reason"],
    [{ at: AT, by: "a\u0000b" }, 422, "invalid_promise", "by"],
    [{ at: AT, note: "?" }, 422, "invalid_promise", ""],
    [[], 422, "invalid_promise", ""],
    ["{oops", 400, "invalid_json", undefined],
    ["", 400, "invalid_json", undefined],
  ])("refuses %j", async (body, status, code, field) => {
    const { asked, post } = promising();
    const answer = await post(body);
    expect([answer.statusCode, answer.json().code, answer.json().errors?.[0].field]).toEqual([status, code, field]);
    expect(asked).toEqual([]);
  });
});
