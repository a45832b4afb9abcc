import { describe, expect, it, onTestFinished } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { hash32 } from "../../../src/core/values/hash.ts";
import { connect } from "../../../src/db/client.ts";
import { analyzeGrown } from "../../../src/db/statistics.ts";
import { countFutureEvents } from "../../../src/db/stores/reads/future-store.ts";
import { createIntake } from "../../../src/intake/intake.ts";
import type { Prepared } from "../../../src/intake/prepare.ts";
import { takeIn } from "../../../src/intake/take-in.ts";
import { explainOrder } from "../../../src/reporting/explain.ts";
import { eventually } from "../../support/eventually.ts";
import { intakeDeps, receivedEvent } from "../../support/intake.ts";
import { T0 } from "../../support/rules.ts";

describe("taking in a batch", () => {
  it("stores an order, opens a case and plans its steps", async () => {
    const { deps, database, ready } = await intakeDeps();
    await database.setNow(T0);
    expect(await takeIn(deps, ready([receivedEvent("e1", "order.created", T0)]))).toEqual(["accepted"]);
    const [order] = await database.sql`select * from orders`;
    expect(order).toMatchObject({ id: "o1", status: "unpaid", in_case: true, amount: 12900, currency: "CNY" });
    const rows = await database.sql`select step, kind, state, due_at, orders from reminders order by due_at`;
    expect(rows).toEqual([
      { step: "nudge", kind: "send", state: "planned", due_at: T0 + 10 * MINUTE, orders: ["o1"] },
      { step: "last-call", kind: "send", state: "planned", due_at: T0 + 24 * HOUR - 30 * MINUTE, orders: ["o1"] },
    ]);
    const [buyer] = await database.sql`select wake_at, bucket from buyers`;
    expect(buyer).toEqual({ wake_at: T0 + 10 * MINUTE, bucket: hash32("id:b1") | 0 });
  });

  it("answers duplicate for a known event, in the same batch and later", async () => {
    const { deps, ready } = await intakeDeps();
    const event = receivedEvent("e1", "order.created", T0);
    expect(await takeIn(deps, ready([event, event]))).toEqual(["accepted", "duplicate"]);
    expect(await takeIn(deps, ready([event]))).toEqual(["duplicate"]);
  });

  it("replaces statement plans that were made for empty tables, once the tables have grown", async () => {
    const { deps, database, ready } = await intakeDeps();
    const { sql, close } = connect(database.url, { max: 1, limits: { planOnce: true } });
    onTestFinished(() => close());
    const order = (buyer: number) =>
      receivedEvent(`e${buyer}`, "order.created", Date.now(), {
        id: `o${buyer}`,
        buyer: { id: `b${buyer}`, phone: `+86138${String(buyer).padStart(8, "0")}` },
      });
    const orders = (from: number, count: number) => ready(Array.from({ length: count }, (_, n) => order(from + n)));
    const rowsRead = async () => {
      await sql`select pg_stat_force_next_flush()`;
      const [row] = await sql<{ n: number }[]>`
        select sum(seq_tup_read + idx_tup_fetch)::int8 as n from pg_stat_user_tables where relname in ('orders', 'reminders', 'contacts')`;
      return row?.n ?? 0;
    };
    await takeIn({ ...deps, sql }, orders(0, 1));
    await takeIn({ ...deps, sql }, orders(1, 1_999));
    const grown = await eventually(
      "the counters",
      () => analyzeGrown(sql),
      (names) => names.length > 0,
    );
    expect(grown).toEqual(expect.arrayContaining(["orders", "reminders"]));
    const tuples = await sql`select reltuples::int4 as n from pg_class where oid = 'orders'::regclass`;
    expect(tuples).toEqual([{ n: 2_000 }]);
    const before = await rowsRead();
    // Not again before it has doubled.
    await takeIn({ ...deps, sql }, orders(2_000, 600));
    expect((await rowsRead()) - before).toBeLessThan(10 * 600);
    expect(await analyzeGrown(sql)).not.toContain("orders");
  });

  it("ends the case with the payment", async () => {
    const { deps, database, ready } = await intakeDeps();
    await database.setNow(T0);
    await takeIn(deps, ready([receivedEvent("e1", "order.created", T0)]));
    await database.setNow(T0 + MINUTE);
    await takeIn(deps, ready([receivedEvent("e2", "order.paid", T0 + MINUTE, { buyer: undefined })]));
    const rows = await database.sql`select state, reason, decided_at from reminders`;
    expect(rows).toEqual([
      { state: "skipped", reason: "paid", decided_at: T0 + MINUTE },
      { state: "skipped", reason: "paid", decided_at: T0 + MINUTE },
    ]);
    expect(await database.sql`select status, in_case from orders`).toEqual([{ status: "paid", in_case: false }]);
    expect(await database.sql`select ended_at from cases`).toEqual([{ ended_at: T0 + MINUTE }]);
    expect(await database.sql`select wake_at from buyers`).toEqual([{ wake_at: null }]);
  });

  it("ends one case and opens the next in the same batch", async () => {
    const { deps, database, ready } = await intakeDeps();
    await database.setNow(T0);
    await takeIn(deps, ready([receivedEvent("e1", "order.created", T0)]));
    await takeIn(
      deps,
      ready([receivedEvent("e2", "order.closed", T0), receivedEvent("e3", "order.created", T0, { id: "o2" })]),
    );
    expect(await database.sql`select ended_at, had_plan from cases order by id`).toEqual([
      { ended_at: T0, had_plan: true },
      { ended_at: null, had_plan: true },
    ]);
  });

  it("gives the same result as its events one by one, also when they prove two buyers one", async () => {
    const one = { id: "A", phone: "+8613812345678" };
    const two = { id: "B", phone: "+8613912345678" };
    const events = [
      receivedEvent("e2", "order.closed", T0, { buyer: one }),
      receivedEvent("e3", "order.created", T0, { id: "o2", buyer: two }),
      receivedEvent("e4", "order.updated", T0, {
        id: "o3",
        amount: "5.00",
        currency: "CNY",
        createdAt: new Date(T0).toISOString(),
        buyer: undefined,
      }),
      receivedEvent("e5", "order.updated", T0, { id: "o3", buyer: { id: "A", phone: two.phone } }),
      receivedEvent("e6", "order.paid", T0, { id: "o3", buyer: undefined }),
    ];
    const outcome = async (batches: readonly (readonly unknown[])[]) => {
      const { deps, database, ready } = await intakeDeps();
      await database.setNow(T0);
      await takeIn(deps, ready([receivedEvent("e1", "order.created", T0, { buyer: one })]));
      for (const batch of batches) await takeIn(deps, ready(batch));
      return database.sql`
        select r.step, r.state, r.reason, r.orders, b.platform_id from reminders r join buyers b on b.id = r.buyer_id
        order by r.orders, r.step`;
    };
    const apart = await outcome(events.map((event) => [event]));
    expect(apart).toMatchObject([
      { step: "last-call", state: "skipped", reason: "closed", orders: ["o1"], platform_id: "A" },
      { step: "nudge", state: "skipped", reason: "closed", orders: ["o1"], platform_id: "A" },
      { step: "last-call", state: "planned", orders: ["o2"], platform_id: "A" },
      { step: "nudge", state: "planned", orders: ["o2"], platform_id: "A" },
    ]);
    expect(await outcome([events])).toEqual(apart);
  });

  it("keeps a payment that arrives before its order", async () => {
    const { deps, database, ready } = await intakeDeps();
    await database.setNow(T0);
    await takeIn(deps, ready([receivedEvent("e2", "order.paid", T0 + MINUTE, { buyer: undefined })]));
    expect(await database.sql`select status, buyer_id from orders`).toEqual([{ status: "paid", buyer_id: null }]);
    await takeIn(deps, ready([receivedEvent("e1", "order.created", T0)]));
    expect(await database.sql`select status from orders`).toEqual([{ status: "paid" }]);
    expect(await database.sql`select count(*)::int as n from reminders where kind = 'send'`).toEqual([{ n: 0 }]);
  });

  it("counts a payment without a buyer from the event on that names its buyer, within a batch, too", async () => {
    const { deps, database, ready } = await intakeDeps();
    await database.setNow(T0);
    await takeIn(deps, ready([receivedEvent("e1", "order.paid", T0, { id: "paid", buyer: undefined })]));
    const batch = [
      receivedEvent("e2", "order.created", T0),
      receivedEvent("e3", "order.closed", T0),
      receivedEvent("e4", "order.created", T0, { id: "paid" }),
    ];
    await takeIn(deps, ready(batch));
    const reasons = await database.sql`select orders, reason from reminders order by orders`;
    // The first order closed before anybody knew whose the payment is.
    expect(reasons).toEqual([
      { orders: ["o1"], reason: "closed" },
      { orders: ["o1"], reason: "closed" },
      { orders: ["paid"], reason: "closed" },
    ]);
  });

  it("folds the events that another transaction stored while this one waited for the buyer", async () => {
    const { deps, database, ready } = await intakeDeps();
    const { sql } = database;
    await database.setNow(T0);
    await takeIn(deps, ready([receivedEvent("e1", "order.created", T0)]));
    let taken: Promise<unknown> = Promise.resolve();
    await sql.begin(async (other) => {
      const [buyer] = await other`select id from buyers for update`;
      taken = takeIn(deps, ready([receivedEvent("e2", "order.created", T0, { id: "o2" })]));
      await eventually(
        "the batch waits for the buyer",
        () => sql<{ n: number }[]>`select count(*)::int as n from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`,
        ([row]) => row?.n === 1,
      );
      const later = { id: "o2", amount: "5.00", currency: "CNY" };
      await other`
        insert into order_events (shop_id, id, order_id, type, occurred_at, received_at, told)
        values ('acme', 'e3', 'o2', 'order.updated', ${new Date(T0 + 1)}, dunlin_now(), ${other.json(later)})`;
      await other`
        insert into orders (shop_id, id, buyer_id, status, amount, currency, details, seen_at)
        values ('acme', 'o2', ${buyer?.id}, 'unpaid', 500, 'CNY', ${other.json({ tags: [], items: [] })}, dunlin_now())`;
    });
    await taken;
    expect(await sql`select amount, in_case from orders where id = 'o2'`).toEqual([{ amount: 500, in_case: true }]);
  });

  it("makes one case of several orders of a buyer, whichever identity each event reports", async () => {
    const { deps, database, ready } = await intakeDeps();
    await database.setNow(T0);
    const phone = "+8613812345678";
    await takeIn(
      deps,
      ready([
        receivedEvent("e1", "order.created", T0, { id: "o1", buyer: { phone } }),
        receivedEvent("e2", "order.created", T0, { id: "o2", buyer: { chat: { wechat: "w1" } } }),
      ]),
    );
    expect(await database.sql`select count(*)::int as n from cases where ended_at is null`).toEqual([{ n: 2 }]);
    await takeIn(
      deps,
      ready([
        receivedEvent("e3", "order.created", T0, { id: "o3", buyer: { id: "b9", phone, chat: { wechat: "w1" } } }),
      ]),
    );
    expect(await database.sql`select count(*)::int as n from cases where ended_at is null`).toEqual([{ n: 1 }]);
    const rows = await database.sql`select orders from reminders where state = 'planned'`;
    expect(rows.map((row) => row.orders)).toEqual([
      ["o1", "o2", "o3"],
      ["o1", "o2", "o3"],
    ]);
  });

  it("takes in one stream by many transactions at once, and loses or doubles nothing", async () => {
    const { deps, database, ready } = await intakeDeps();
    const events = Array.from({ length: 300 }, (_, n) =>
      receivedEvent(`e${n}`, "order.created", T0 + n, {
        id: `o${n % 100}`,
        buyer: { id: `b${n % 40}`, phone: `+86138000000${10 + (n % 30)}` },
      }),
    );
    const batches: Prepared[][] = [];
    for (let at = 0; at < events.length; at += 10) batches.push(ready(events.slice(at, at + 10)));
    const verdicts = (await Promise.all([...batches, ...batches].map((batch) => takeIn(deps, batch)))).flat();
    expect(verdicts.filter((verdict) => verdict === "accepted")).toHaveLength(300);
    expect(await database.sql`select count(*)::int as n from order_events`).toEqual([{ n: 300 }]);
    expect(await database.sql`select count(*)::int as n from orders`).toEqual([{ n: 100 }]);
    const [broken] = await database.sql`
      select count(*)::int as n from (select shop_id, buyer_id from cases where ended_at is null group by 1, 2 having count(*) > 1) x`;
    expect(broken).toEqual({ n: 0 });
    const [lost] = await database.sql`
      select count(*)::int as n from orders o where in_case and not exists (
        select from reminders r where r.shop_id = o.shop_id and o.id = any(r.orders) and r.state = 'planned')`;
    expect(lost).toEqual({ n: 0 });
  });
});

it("stores no phone number, handle or name in clear text", async () => {
  const { deps, database, ready } = await intakeDeps();
  await takeIn(
    deps,
    ready([
      receivedEvent("e1", "order.created", T0, {
        buyer: { id: "b1", phone: "+8613812345678", chat: { wechat: "openid-77" }, name: "李雷" },
      }),
    ]),
  );
  for (const table of ["buyers", "contacts", "orders", "order_events", "cases", "reminders"]) {
    const [row] = await database.sql<
      { text: string }[]
    >`select coalesce(string_agg(t::text, ''), '') as text from ${database.sql(table)} t`;
    expect(row?.text).not.toMatch(/13812345678|openid-77|李雷/);
  }
});

describe("ids that are spelled in several ways", () => {
  it("name one order and one buyer", async () => {
    const { deps, database, ready } = await intakeDeps();
    await database.setNow(T0);
    const created = (event: string, id: string, buyer: object) =>
      receivedEvent(event, "order.created", T0, { id, buyer });
    const events = [
      created("e1", "351531314732935793\t", { id: "w1", phone: "+8613800009001" }),
      receivedEvent("e2", "order.paid", T0, { id: "'351531314732935793", buyer: undefined }),
      created("e3", "W2a", { id: "w2", phone: "+8613800009002" }),
      created("e4", "W2b", { id: "w2\u00a0" }),
    ];
    expect(await takeIn(deps, ready(events))).toEqual(Array(4).fill("accepted"));
    expect(await takeIn(deps, ready([{ ...events[2], id: "e3 " }]))).toEqual(["duplicate"]);
    const orders = await database.sql`select id, status from orders order by id`;
    expect(orders).toEqual([
      { id: "351531314732935793", status: "paid" },
      { id: "W2a", status: "unpaid" },
      { id: "W2b", status: "unpaid" },
    ]);
    const cases =
      await database.sql`select array_agg(id order by id) as orders from orders where in_case group by case_id`;
    expect(cases).toEqual([{ orders: ["W2a", "W2b"] }]);
  });
});

describe("an event of the future", () => {
  it("is taken in with a warning, in the answer, in its story and for doctor", async () => {
    const { deps, database } = await intakeDeps();
    await database.setNow(T0);
    const intake = createIntake(deps);
    const at = (ms: number) => new Date(ms).toISOString();
    const created = (id: string, time: number, order: object = {}) =>
      receivedEvent(id, "order.created", time, { id, buyer: { id: `b-${id}`, phone: "1.39E+10" }, ...order });
    const report = await intake.submit([
      created("edge", T0 + 15 * MINUTE),
      created("clock", T0 + 8 * HOUR),
      created("wall", T0, { createdAt: at(T0 + 2 * HOUR) }),
      receivedEvent("paid", "order.paid", T0, { id: "edge", buyer: undefined, paidAt: at(T0 + HOUR) }),
    ]);
    expect(report).toMatchObject({ accepted: 4, rejected: [] });
    const early = report.warnings.filter(({ code }) => code === "from_the_future");
    expect(early.map(({ index, id, message }) => [index, id, message.split(";")[0]])).toEqual([
      [1, "clock", "occurredAt: is 8h after it was received"],
      [2, "wall", "order.createdAt: is 2h after it was received"],
      [3, "paid", "order.paidAt: is 1h after it was received"],
    ]);
    const story = await explainOrder({ sql: database.sql }, { shop: "acme", order: "clock" });
    expect(story?.events[0]?.warnings.map(({ code }) => code)).toEqual(["phone_unreadable", "from_the_future"]);
    expect(await countFutureEvents(database.sql)).toEqual([{ shop: "acme", events: 1, ahead: 8 * HOUR }]);
    await database.setNow(T0 + 8 * 24 * HOUR);
    expect(await countFutureEvents(database.sql)).toEqual([]);
  });
});
