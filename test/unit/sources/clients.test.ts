/** The answers of each platform's API that are no orders, and the fault that each becomes: it decides when the platform is asked again. */
import { describe, expect, it, onTestFinished } from "vitest";
import { PlatformFault } from "../../../src/sources/client.ts";
import { MISCHIEF, type Mischief } from "../../support/platforms/server.ts";
import { STOCKS } from "../../support/platforms/stock.ts";

const NOW = Date.parse("2026-11-10T12:00:00Z");
const ID = "9007199254740993";
const PERSONAL = "13812345678";

async function setUp(name: keyof typeof STOCKS) {
  const stock = await STOCKS[name]();
  onTestFinished(() => stock.client.close());
  stock.platform.date = new Date(NOW);
  stock.orders.push({ id: ID, state: "unpaid", amount: "129.00", created: NOW - 60_000, modified: NOW - 60_000 });
  const asked = { shop: "acme", now: NOW, signal: new AbortController().signal };
  const poll = async () => {
    let count = 0;
    for await (const { events } of stock.client.changedSince?.(NOW - 3_600_000, asked) ?? []) count += events.length;
    return count;
  };
  const verify = async () => (await stock.client.ordersNow([ID], asked)).map(({ state }) => state);
  return { platform: stock.platform, ask: { poll, verify } };
}

/** `code` and the wait of the fault; its message holds nothing that the platform wrote. */
async function faultOf(call: () => Promise<unknown>) {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof PlatformFault)) throw error;
    expect(error.message).not.toMatch(/SECRET|138/);
    return [error.code, error.retryAfterMs];
  }
}

const errors = (extensions: object, more: object = {}) => ({
  errors: [{ message: `SECRET ${PERSONAL}`, extensions }],
  ...more,
});
const cost = { requestedQueryCost: 500, throttleStatus: { currentlyAvailable: 100, restoreRate: 50 } };
const top = (code: number, sub_code: string, sub_msg = `SECRET ${PERSONAL}`) => ({
  error_response: { code, msg: "SECRET", sub_code, sub_msg },
});
const gateway = (err_code: number) => ({ gw_err_resp: { err_code, err_msg: `SECRET ${PERSONAL}` } });

describe.each<[keyof typeof STOCKS, object | string, unknown]>([
  ["shopify", errors({ code: "THROTTLED" }, { extensions: { cost } }), ["rate_limited", 8_000]],
  ["shopify", errors({ code: "THROTTLED" }), ["rate_limited", null]],
  ["shopify", errors({ code: "ACCESS_DENIED" }), ["unauthorized", null]],
  ["shopify", errors({}), ["refused", null]],
  ["shopify", { data: null }, ["bad_answer", null]],
  ["shopify", "[]", ["bad_answer", null]],
  ["taobao", top(7, "accesscontrol.limited-by-api-access-count"), ["rate_limited", null]],
  ["taobao", top(7, "", "This ban will last for 90 more seconds"), ["rate_limited", 90_000]],
  ["taobao", top(27, "isv.invalid-session"), ["unauthorized", null]],
  ["taobao", top(25, "isv.invalid-signature"), ["unauthorized", null]],
  ["taobao", top(15, "isp.remote-service-error"), ["unreachable", null]],
  ["taobao", top(41, "isv.invalid-parameter"), ["refused", null]],
  ["taobao", {}, ["bad_answer", null]],
  ["youzan", gateway(4007), ["rate_limited", null]],
  ["youzan", gateway(4203), ["unauthorized", null]],
  ["youzan", { success: false, code: 40009, message: "SECRET" }, ["unauthorized", null]],
  ["youzan", { success: true, code: 200 }, ["bad_answer", null]],
  ["youzan", "[]", ["bad_answer", null]],
  ["woocommerce", { code: "woocommerce_rest_cannot_view", data: { status: 401 } }, ["bad_answer", null]],
])("%s answers %j", (name, answer, fault) => {
  it.each(["poll", "verify"] as const)("a %s fails by name", async (kind) => {
    const { platform, ask } = await setUp(name);
    platform.mischief = (response) =>
      void response.writeHead(200).end(typeof answer === "string" ? answer : JSON.stringify(answer));
    expect(await faultOf(ask[kind])).toEqual(fault);
    platform.mischief = null;
    expect(await faultOf(ask.verify)).toEqual(["unpaid"]);
  });
});

const PLATFORMS = Object.keys(STOCKS) as (keyof typeof STOCKS)[];

it.each(PLATFORMS)(
  "%s that answers with another status, a page, half an answer or too much fails by name",
  async (name) => {
    const { platform, ask } = await setUp(name);
    const oversize: NonNullable<Mischief> = (response, good) =>
      void response.writeHead(200).end(good.padEnd(32_000_001));
    const answers = { ...MISCHIEF, oversize };
    const found: Record<string, unknown> = {};
    for (const [kind, mischief] of Object.entries(answers)) {
      platform.mischief = mischief;
      found[kind] = await faultOf(ask.verify);
    }
    expect(found).toEqual({
      html: ["bad_answer", null],
      limited: ["rate_limited", 120_000],
      unauthorized: ["unauthorized", null],
      broken: ["unreachable", null],
      half: ["bad_answer", null],
      cut: ["unreachable", null],
      moved: ["bad_answer", null],
      oversize: ["bad_answer", null],
    });
  },
);

it("Youzan's token that was withdrawn is asked for again, once for the calls that wait for it", async () => {
  const { platform, ask } = await setUp("youzan");
  const tokens = () => platform.requests.filter(({ path }) => path === "/auth/token").length;
  expect(await ask.verify()).toEqual(["unpaid"]);
  platform.mischief = (response) => void response.end(JSON.stringify(gateway(4203)));
  expect(await faultOf(ask.verify)).toEqual(["unauthorized", null]);
  platform.mischief = null;
  expect([await Promise.all([ask.verify(), ask.verify()]), tokens()]).toEqual([[["unpaid"], ["unpaid"]], 2]);
});

it.each([-1, 1])(
  "Taobao whose clock is %d hours off is asked by its own clock from the second call on",
  async (hours) => {
    const { platform, ask } = await setUp("taobao");
    platform.date = new Date(NOW + hours * 3_600_000);
    // It refuses a call with another time than its own.
    expect(await faultOf(ask.verify)).toEqual(["refused", null]);
    expect(await ask.verify()).toEqual(["unpaid"]);
  },
);
