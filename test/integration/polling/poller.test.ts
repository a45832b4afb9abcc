/** Polling against loopback platforms: what it finds, how it goes on after faults, and one owner at a time. */
import { describe, expect, it, onTestFinished } from "vitest";
import { createIntake } from "../../../src/intake/intake.ts";
import { createPoller, type PollDeps } from "../../../src/polling/poller.ts";
import type { ShopClient } from "../../../src/sources/client.ts";
import { taobao } from "../../../src/sources/taobao/source.ts";
import { youzan } from "../../../src/sources/youzan/source.ts";
import { dispatchSetup } from "../../support/dispatch.ts";
import { intakeDeps } from "../../support/intake.ts";
import { MISCHIEF } from "../../support/platforms/server.ts";
import { STOCKS, type Stock, type StockOrder } from "../../support/platforms/stock.ts";

const NOW = Date.parse("2026-11-10T12:00:00Z");
const MINUTE = 60_000;
const EVERY = MINUTE;

/** 64 bits, where the platform has numbers. */
const idOf = (n: number) => String(9007199254740993n + BigInt(n) * 2n);
const order = (n: number, change: Partial<StockOrder> = {}): StockOrder => ({
  id: idOf(n),
  created: NOW - 5 * MINUTE,
  modified: NOW - 5 * MINUTE,
  amount: "129.00",
  state: "unpaid",
  ...change,
});

const CODES: Readonly<Record<string, string>> = {
  html: "bad_answer",
  limited: "rate_limited",
  unauthorized: "unauthorized",
  half: "bad_answer",
  moved: "bad_answer",
};

async function setUp(make: () => Promise<Stock>) {
  const { deps, database } = await intakeDeps();
  await database.setNow(NOW);
  const stock = await make();
  stock.platform.date = new Date(NOW);
  onTestFinished(() => stock.client.close());
  const intake = createIntake(deps);
  const lines: string[] = [];
  const results: string[] = [];
  const write = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }));
  const poller = (change: Partial<PollDeps> = {}, client: Pick<ShopClient, "changedSince"> = stock.client) => {
    const made = createPoller({
      sql: database.sql,
      targets: [{ shop: "acme", source: stock.name, everyMs: EVERY, client }],
      submit: intake.submit,
      log: { info: write, warn: write, error: write },
      seen: (_source, result) => void results.push(result),
      ...change,
    });
    onTestFinished(() => made.stop());
    return made;
  };
  let clock = NOW;
  const later = async (ms: number) => {
    clock += ms;
    await database.setNow(clock);
    stock.platform.date = new Date((stock.platform.date?.getTime() ?? clock) + ms);
  };
  const stored = async () =>
    (
      await database.sql<{ id: string; amount: string; state: string }[]>`
        select id, amount::text, case when refunded_at is not null then 'refunded' when paid_at is not null then 'paid'
          when closed_at is not null then 'closed' else 'unpaid' end as state from orders order by id`
    ).map(({ id, amount, state }) => `${id} ${amount} ${state}`);
  const state = async () => {
    const [row] = await database.sql<
      { cursor: number | null; next: number; failures: number; fault: string | null; owner: string | null }[]
    >`
      select (extract(epoch from cursor) * 1000)::float8 as cursor, (extract(epoch from next_at) * 1000)::float8 as next,
        failures, fault, owner from polls`;
    return row;
  };
  return { ...{ database, stock, intake, poller, later, stored, state, lines, results } };
}

/** The others name no e-mail address. */
const WITH_EMAIL = ["shopify", "woocommerce"];

describe.each(Object.entries(STOCKS))("%s", (name, make) => {
  it("brings what webhooks missed within one poll: new orders, payments, closes, refunds", async () => {
    const { stock, poller, later, stored, state, database } = await setUp(make);
    const { tick } = poller();
    stock.orders.push(order(1), order(2), order(3), order(4, { state: "paid" }));
    expect(await tick()).toBe(1);
    expect(await stored()).toEqual([1, 2, 3, 4].map((n) => `${idOf(n)} 12900 ${n < 4 ? "unpaid" : "paid"}`));
    expect(await tick()).toBe(0);
    await later(EVERY);
    stock.orders[0] = order(1, { state: "paid", modified: NOW + 30_000 });
    stock.orders[1] = order(2, { state: "closed", modified: NOW + 30_000 });
    stock.orders[2] = order(3, { amount: "99.00", modified: NOW + 30_000 });
    stock.orders[3] = order(4, { state: "refunded", modified: NOW + 30_000 });
    await tick();
    const wanted = ["12900 paid", "12900 closed", "9900 unpaid", "12900 refunded"];
    expect(await stored()).toEqual(wanted.map((rest, index) => `${idOf(index + 1)} ${rest}`));
    expect(await state()).toMatchObject({ failures: 0, fault: null, owner: null });
    const contacts = await database.sql`select kind from contacts order by kind`;
    expect(contacts.map(({ kind }) => kind)).toEqual(WITH_EMAIL.includes(name) ? ["email", "phone"] : ["phone"]);
  });

  it("finds changes that become visible late, with a time before the cursor", async () => {
    const { stock, poller, later, stored, state } = await setUp(make);
    const { tick } = poller();
    stock.orders.push(order(1));
    await tick();
    const cursor = (await state())?.cursor ?? 0;
    const before = { created: NOW - 110_000, modified: NOW - 110_000 };
    expect(before.modified).toBeLessThan(cursor);
    await later(EVERY);
    stock.orders[0] = order(1, { ...before, state: "paid", created: NOW - 5 * MINUTE });
    stock.orders.push(order(2, before));
    await tick();
    expect(await stored()).toEqual([`${idOf(1)} 12900 paid`, `${idOf(2)} 12900 unpaid`]);
  });

  it("stores nothing new when nothing changed", async () => {
    const { stock, poller, later, database } = await setUp(make);
    const { tick } = poller();
    const events = async () => (await database.sql`select id from order_events order by id`).map(({ id }) => id);
    stock.orders.push(order(1), order(2, { state: "paid" }));
    await tick();
    const before = await events();
    expect(before).toHaveLength(3);
    for (let n = 0; n < 3; n++) {
      await later(EVERY);
      await tick();
    }
    expect(await events()).toEqual(before);
  });

  it("reads many pages, also of one second, while orders change", async () => {
    const { stock, poller, stored, state } = await setUp(make);
    const count = 330;
    for (let n = 0; n < count; n++)
      stock.orders.push(
        order(n, { modified: NOW - 50 * MINUTE + (n < 130 ? 0 : n * 1_000), created: NOW - 60 * MINUTE }),
      );
    let page = 0;
    // Each time another of the oldest orders leaves its place, so that all behind it move up.
    stock.beforePage = () => {
      const moved = stock.orders[page];
      if (page > 0 && moved !== undefined) stock.orders[page] = { ...moved, modified: NOW - 1_000 };
      page++;
    };
    const { tick } = poller();
    await tick();
    expect((await stored()).length).toBe(count);
    expect((await state())?.cursor).toBeGreaterThanOrEqual(NOW - MINUTE);
  });

  it("that answers badly fails by name, and goes on afterwards", async () => {
    const { stock, poller, later, stored, state, lines, results } = await setUp(make);
    const { tick } = poller();
    stock.orders.push(order(1));
    let now = NOW;
    for (const [name, mischief] of Object.entries(MISCHIEF)) {
      stock.platform.mischief = mischief;
      await tick();
      const failed = await state();
      expect(failed).toMatchObject({ cursor: null, owner: null, fault: expect.stringContaining("127.0.0.1") });
      expect(results.splice(0)).toEqual([CODES[name] ?? "unreachable"]);
      if (name === "limited") expect(failed?.next).toBe(now + 120_000);
      const pause = (failed?.next ?? 0) - now;
      expect(pause).toBeGreaterThanOrEqual(EVERY);
      await later(pause);
      now += pause;
    }
    expect(await stored()).toEqual([]);
    expect(await state()).toMatchObject({ failures: Object.keys(MISCHIEF).length });
    expect(lines.join("")).not.toMatch(/cs_2|shpat_1|s3|tok|138/);
    stock.platform.mischief = null;
    await tick();
    expect(await stored()).toEqual([`${idOf(1)} 12900 unpaid`]);
    expect(await state()).toMatchObject({ failures: 0, fault: null });
  });

  it("that gives the same page for ever is left", async () => {
    const { stock, poller, state, results } = await setUp(make);
    const page: StockOrder[] = Array.from({ length: 330 }, (_, n) =>
      order(n, { modified: NOW - 10 * MINUTE + n * 1_000 }),
    );
    stock.orders.push(...page);
    let first: string | null = null;
    stock.platform.mischief = (response, good) => {
      const isPage = good.length > 10_000;
      if (isPage) first ??= good;
      response.writeHead(200, { "x-wp-totalpages": "4" }).end(isPage ? first : good);
    };
    await poller().tick();
    expect(results).toEqual(["same_page"]);
    expect(await state()).toMatchObject({ failures: 1, owner: null });
    expect(stock.platform.requests.length).toBeLessThan(400);
  });

  it.each([-60, 60])("whose clock is %d minutes off misses nothing", async (minutes) => {
    const { stock, poller, later, stored, state } = await setUp(make);
    const shift = minutes * MINUTE;
    stock.platform.date = new Date(NOW + shift);
    const { tick } = poller();
    const at = (ms: number) => ({ created: ms + shift, modified: ms + shift });
    stock.orders.push(order(1, at(NOW - MINUTE)));
    for (let n = 2; n <= 4; n++) {
      await tick();
      await later(2 * EVERY);
      stock.orders.push(order(n, at(NOW + 2 * (n - 1) * EVERY - MINUTE)));
    }
    await tick();
    expect((await stored()).map((line) => line.split(" ")[0])).toEqual([1, 2, 3, 4].map(idOf));
    // Also an order that claims to be of next year does not hide those of tomorrow.
    expect((await state())?.cursor).toBeLessThanOrEqual(NOW + 6 * EVERY + Math.max(0, shift));
  });

  it("with an order of the far future still finds the next ones", async () => {
    const { stock, poller, later, stored } = await setUp(make);
    const { tick } = poller();
    stock.orders.push(order(1, { modified: NOW + 400 * 86_400_000 }));
    await tick();
    await later(EVERY);
    stock.orders.push(order(2, { created: NOW + 30_000, modified: NOW + 30_000 }));
    await tick();
    expect(await stored()).toContain(`${idOf(2)} 12900 unpaid`);
  });

  it("says which orders are paid now, and knows nothing of others", async () => {
    const { stock } = await setUp(make);
    stock.orders.push(order(1), order(2, { state: "paid" }), order(3, { state: "closed" }));
    const asked = { shop: "acme", now: NOW, signal: new AbortController().signal };
    const ids = [1, 2, 3].map(idOf);
    const states = (await stock.client.ordersNow(ids, asked)).map(({ id, state }) => [id, state]);
    expect(states).toEqual([
      [idOf(1), "unpaid"],
      [idOf(2), "paid"],
      [idOf(3), "closed"],
    ]);
    expect(await stock.client.ordersNow(["12345", "no id"], asked)).toEqual([]);
  });
});

it("completes a message of Taobao, which has no phone number and no time of creation: the buyer is reminded", async () => {
  const base = await dispatchSetup({ channels: ["sms"] });
  await base.at(NOW);
  const stock = await STOCKS.taobao();
  stock.platform.date = new Date(NOW);
  onTestFinished(() => stock.client.close());
  const { submit } = createIntake(base.deps);
  const contacts = async () =>
    (await base.database.sql`select kind from contacts where kind = 'phone'`).map(({ kind }) => kind);
  const planned = () => base.database.sql`select state, reason from reminders where step = 'nudge'`;

  const rawBody = Buffer.from(
    JSON.stringify({
      id: 77,
      topic: "taobao_trade_TradeCreate",
      content: `{"tid":${idOf(1)},"oid":${idOf(1)},"payment":"129.00","buyer_open_uid":"AAGx1"}`,
      pub_time: "2026-11-10 19:55:01",
    }),
  );
  const request = { headers: {}, body: JSON.parse(rawBody.toString()), rawBody, shop: "acme", receivedAt: NOW };
  const message = taobao.toEvents(request);
  expect(await submit(message.ok ? message.events : [])).toMatchObject({ accepted: 1, rejected: [] });
  expect([await contacts(), await planned()]).toEqual([[], [{ state: "planned", reason: "no_contact" }]]);

  stock.orders.push(order(1));
  const target = { shop: "acme", source: "taobao", everyMs: EVERY, client: stock.client };
  const log = { info() {}, warn() {}, error() {} };
  expect(await createPoller({ sql: base.database.sql, targets: [target], submit, log }).tick()).toBe(1);
  expect([await contacts(), await planned()]).toEqual([["phone"], [{ state: "planned", reason: null }]]);
  await base.at(NOW + 6 * MINUTE);
  await base.drain();
  expect(base.sent.map(({ to, orders }) => [to, orders])).toEqual([["+8613812345678", [idOf(1)]]]);
});

it("finds that a paid order was refunded, which Youzan's message of the close does not say", async () => {
  const { stock, poller, later, stored, intake } = await setUp(STOCKS.youzan);
  const { tick } = poller();
  stock.orders.push(order(1, { state: "paid" }));
  await tick();
  await later(EVERY);
  const content = { tid: idOf(1), close_reason: "退款", close_type: 2, update_time: "2026-11-10 20:00:30" };
  const rawBody = Buffer.from(
    JSON.stringify({ client_id: "c1", type: "trade_TradeClose", msg: encodeURIComponent(JSON.stringify(content)) }),
  );
  const request = { headers: {}, body: JSON.parse(rawBody.toString()), rawBody, shop: "acme", receivedAt: NOW + EVERY };
  const message = youzan.toEvents(request);
  expect(await intake.submit(message.ok ? message.events : [])).toMatchObject({ accepted: 1, rejected: [] });
  expect(await stored()).toEqual([`${idOf(1)} 12900 paid`]);
  stock.orders[0] = order(1, { state: "refunded", modified: NOW + 30_000 });
  await tick();
  expect(await stored()).toEqual([`${idOf(1)} 12900 refunded`]);
});

it("Youzan's token is not lost to those who wait for it when one of them gives up", async () => {
  const { stock } = await setUp(STOCKS.youzan);
  stock.orders.push(order(1));
  let answer = () => {};
  stock.platform.mischief = (response, good) => {
    answer = () => void response.end(good);
  };
  const first = new AbortController();
  const states = (signal: AbortSignal) => stock.client.ordersNow([idOf(1)], { shop: "acme", now: NOW, signal });
  const both = Promise.allSettled([states(first.signal), states(new AbortController().signal)]);
  await expect.poll(() => stock.platform.requests.length).toBe(1);
  first.abort(new Error("no time left"));
  stock.platform.mischief = null;
  await new Promise((resolve) => setImmediate(resolve));
  answer();
  const [gaveUp, waited] = await both;
  expect(gaveUp).toMatchObject({ status: "rejected", reason: { message: "no time left" } });
  expect(waited).toMatchObject({ status: "fulfilled", value: [{ id: idOf(1), state: "unpaid" }] });
  expect(stock.platform.requests.map(({ path }) => path.split("/")[1])).toEqual(["auth", "api"]);
});

it.each([250, 700])("WooCommerce's %d orders of one second are all read", async (count) => {
  const { stock, poller, stored } = await setUp(STOCKS.woocommerce);
  for (let n = 0; n < count; n++) stock.orders.push(order(n));
  await poller().tick();
  expect(await stored()).toHaveLength(count);
  expect(stock.platform.requests.every(({ query }) => query.toString().length < 12_000)).toBe(true);
});

describe("among several processes", () => {
  it("one polls a shop at a time", async () => {
    const { stock, poller, stored } = await setUp(STOCKS.woocommerce);
    stock.orders.push(order(1));
    const polls = await Promise.all(Array.from({ length: 8 }, () => poller().tick()));
    expect(polls.toSorted()).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
    expect(stock.platform.requests).toHaveLength(1);
    expect(await stored()).toHaveLength(1);
  });

  it("another takes over from one that died, and the one that was only slow stops and moves nothing", async () => {
    const { stock, poller, later, stored, state, results, intake, database } = await setUp(STOCKS.woocommerce);
    for (let n = 0; n < 150; n++) stock.orders.push(order(n, { modified: NOW - 10 * MINUTE + n * 1_000 }));
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let reached = () => {};
    const isHeld = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const slow = poller({
      submit: async (events) => {
        reached();
        await held;
        return intake.submit(events);
      },
    });
    const first = slow.tick();
    await isHeld;
    expect(await poller().tick()).toBe(0);
    await later(91_000);
    expect(await poller().tick()).toBe(1);
    const after = await state();
    expect(await stored()).toHaveLength(150);
    const requests = stock.platform.requests.length;
    goOn();
    await first;
    expect(results).toEqual(["done", "lost"]);
    expect(stock.platform.requests).toHaveLength(requests);
    expect(await state()).toEqual(after);
    expect(await database.sql`select count(*)::int as n from order_events`).toEqual([{ n: 150 }]);
  });

  it("a store that fails keeps the cursor where it was", async () => {
    const { stock, poller, later, stored, state, results } = await setUp(STOCKS.woocommerce);
    stock.orders.push(order(1));
    await poller({ submit: () => Promise.reject(new Error("down")) }).tick();
    expect([results, (await state())?.cursor]).toEqual([["error"], null]);
    await later(2 * EVERY);
    await poller().tick();
    expect(await stored()).toHaveLength(1);
  });

  it("a stop cuts the poll short and gives it to the next", async () => {
    const { stock, poller, state } = await setUp(STOCKS.woocommerce);
    stock.orders.push(order(1));
    stock.platform.mischief = () => {};
    const one = poller();
    const ticking = one.tick();
    while (stock.platform.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await one.stop();
    await ticking;
    expect(await state()).toMatchObject({ owner: null, failures: 0, next: NOW });
  });
});

describe("limits of calls", () => {
  it("Shopify's points end the poll, which goes on from its cursor when there are enough", async () => {
    const { stock, poller, later, stored, state, results } = await setUp(STOCKS.shopify);
    for (let n = 0; n < 80; n++) stock.orders.push(order(n, { modified: NOW - 10 * MINUTE + n * 1_000 }));
    stock.platform.mischief = (response, good) =>
      void response.end(good.replace('"currentlyAvailable":1900', '"currentlyAvailable":50'));
    const { tick } = poller();
    await tick();
    expect([results, (await stored()).length]).toEqual([["cut"], 50]);
    // (100 - 50) points at 100 a second.
    expect((await state())?.next).toBe(NOW + 500);
    stock.platform.mischief = null;
    await later(500);
    await tick();
    expect(await stored()).toHaveLength(80);
  });

  it.each<[keyof typeof STOCKS, unknown, number]>([
    [
      "shopify",
      {
        errors: [{ extensions: { code: "THROTTLED" } }],
        extensions: { cost: { requestedQueryCost: 500, throttleStatus: { currentlyAvailable: 100, restoreRate: 2 } } },
      },
      200_000,
    ],
    [
      "taobao",
      {
        error_response: {
          code: 7,
          sub_code: "accesscontrol.limited-by-app-access-count",
          sub_msg: "This ban will last for 300 more seconds",
        },
      },
      300_000,
    ],
    ["taobao", { error_response: { code: 7, sub_code: "accesscontrol.limited-by-api-access-count" } }, MINUTE],
  ])("of %s are kept: %o", async (name, body, wait) => {
    const { stock, poller, state, results } = await setUp(STOCKS[name]);
    stock.platform.mischief = (response) => void response.end(JSON.stringify(body));
    await poller().tick();
    expect([results, (await state())?.next]).toEqual([["rate_limited"], NOW + wait]);
  });

  it("faults in a row make the pauses longer, up to ten minutes", async () => {
    const { stock, poller, later, state } = await setUp(STOCKS.woocommerce);
    stock.platform.mischief = MISCHIEF.broken ?? null;
    const { tick } = poller();
    const pauses: number[] = [];
    let now = NOW;
    for (let n = 0; n < 6; n++) {
      await tick();
      const next = (await state())?.next ?? 0;
      pauses.push((next - now) / MINUTE);
      await later(next - now);
      now = next;
    }
    expect(pauses).toEqual([1, 2, 4, 8, 10, 10]);
  });
});
