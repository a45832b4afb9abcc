/** Payments that race the send, and events that come twice, shuffled, over every way in at once. */
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { parseEvent } from "../../src/core/order/event.ts";
import { foldOrder, type ReceivedEvent } from "../../src/core/order/order.ts";
import { openQueueBackend } from "../../src/queue/connection.ts";
import { eventually } from "../support/eventually.ts";
import { closingShop } from "../support/intake.ts";
import { audit, isOver, ledger, NO_FAULTS } from "../support/service/ledger.ts";
import { QUEUES } from "../support/service/redis.ts";
import { API_KEY, type Rig, rig } from "../support/service/rig.ts";
import { orders, paid, post, postAll } from "../support/service/shop.ts";

/** At the commit of a claim, sees whether the payment of an order that it names is committed: this is the promise, on the store's own clock. */
async function watchClaims({ sql }: Rig): Promise<void> {
  await sql.unsafe(`
    create table late_claims (order_id text, at timestamptz);
    create function watch_claim() returns trigger language plpgsql as $$ begin
      insert into late_claims select e.order_id, clock_timestamp() from reminders r
        join order_events e on e.shop_id = r.shop_id and e.order_id = any(r.orders) and e.type = 'order.paid'
        where r.shop_id = new.shop_id and r.id = new.reminder_id;
      return null; end $$;
    create constraint trigger watch_claim after insert on deliveries deferrable initially deferred
      for each row execute function watch_claim()`);
}

/** The same shuffle for the same seed. */
function shuffled<T>(list: readonly T[], seed: number): T[] {
  const result = [...list];
  let state = seed;
  for (let i = result.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = state % (i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

describe.each(QUEUES)("queue on $queue", ({ queue, runs }) => {
  it.runIf(runs)("payments during the burst: no claim commits after the payment of its order", async (context) => {
    const count = 600;
    const service = await rig(context, { queue, ratePerSecond: 100 });
    await watchClaims(service);
    const [api] = await Promise.all([
      service.up(["api"]),
      service.up(["worker", "--roles", "dispatch,upkeep"]),
      service.up(["worker", "--roles", "dispatch,upkeep"]),
    ]);
    const dueAt = Date.now() + 3_000;
    await postAll(api.url, orders(count, "r", dueAt));
    await pause(dueAt - 500 - Date.now());
    const answered = new Map<string, number>();
    // Buyers that nobody has claimed yet pay now, so each payment races with a claim.
    const payers = () => service.sql<{ order: string }[]>`
      select r.orders[1] as order from reminders r where r.state = 'planned' order by random() limit 10`;
    const payAll = async () => {
      for (let next = await payers(); next.length > 0; next = await payers()) {
        // Time enough for some of them to be claimed meanwhile.
        await pause(60);
        const { status, at } = await post(
          api.url,
          next.map(({ order }) => paid(order, Date.now())),
        );
        expect(status).toBe(202);
        for (const { order } of next) answered.set(order, Math.min(at, answered.get(order) ?? at));
        await pause(150);
      }
    };
    await Promise.all([payAll(), payAll(), payAll()]);
    const end = await eventually("all is over", () => ledger(service.sql), isOver);

    expect(await service.sql`select * from late_claims`).toEqual([]);
    const claims = await service.sql<{ order: string; at: number }[]>`
      select unnest(r.orders) as order, d.claimed_at as at from deliveries d
      join reminders r on r.shop_id = d.shop_id and r.id = d.reminder_id`;
    // One clock: the machine's. A claim is dated before it commits, so one dated after the answer also committed after it.
    expect(claims.filter(({ order, at }) => at > (answered.get(order) ?? Number.POSITIVE_INFINITY))).toEqual([]);
    const { taken, faults } = await audit(service);
    expect(faults).toEqual(NO_FAULTS);
    const log = service.provider.log;
    const after = log.flatMap(({ at, orders: [order = ""] }) =>
      answered.has(order) ? [at - (answered.get(order) ?? 0)] : [],
    );
    const latest = Math.max(0, ...after);
    const sent = end.reminders.sent ?? 0;
    const spared = end.reminders["skipped:paid"] ?? 0;
    console.log(
      `payment race (${queue}): ${count} due, ${answered.size} paid: ${sent} sent (${after.length} of them paid later), ${spared} spared; latest send ${Math.round(latest)} ms after the answer`,
    );
    expect(end.reminders).toEqual({ sent, "skipped:paid": spared });
    expect(sent + spared).toBe(count);
    expect(taken).toBe(sent);
    // It was a race: some were claimed before they paid, some paid before they were claimed.
    expect(spared).toBeGreaterThan(0);
    expect(after.length).toBeGreaterThan(0);
    // From claim to provider: the wait for a slot and for a connection, one second each, and a busy machine.
    expect(latest).toBeLessThan(10_000);
  });

  it.runIf(runs)(
    "every event twice and shuffled, over HTTP and the queue at once: the same orders as the pure fold, one reminder each",
    async (context) => {
      const service = await rig(context, { queue, campaign: CAMPAIGN });
      const [api] = await Promise.all([
        service.up(["api"]),
        service.up(["worker", "--roles", "intake"]),
        service.up(["worker", "--roles", "intake"]),
      ]);
      const events = histories(240, Date.now() - 15_000);
      const backend = openQueueBackend(service.redis?.url ?? service.databaseUrl, {
        log: { info() {}, warn() {}, error() {} },
      });
      context.onTestFinished(() => backend.close());
      const shop = await backend.queue("orders");
      const byHttp = async (list: readonly unknown[], size: number) => {
        for (let at = 0; at < list.length; at += size) {
          const { status, body } = await post(api.url, list.slice(at, at + size));
          expect({ status, rejected: body.rejected }).toEqual({ status: 202, rejected: [] });
        }
      };
      const byQueue = async (list: readonly unknown[], size: number) => {
        for (let at = 0; at < list.length; at += size * 20) {
          const part = list.slice(at, at + size * 20);
          const jobs = Array.from({ length: Math.ceil(part.length / size) }, (_, n) =>
            part.slice(n * size, n * size + size),
          );
          await shop.addBulk(jobs.map((job) => ({ name: "event", data: size === 1 ? job[0] : job })));
        }
      };
      await Promise.all([
        byHttp(shuffled(events, 1), 7),
        byHttp(shuffled(events, 2), 40),
        byQueue(shuffled(events, 3), 1),
        byQueue(shuffled(events, 4), 9),
      ]);
      await eventually(
        "the queue is worked off",
        () => shop.getJobCounts("waiting", "active", "delayed", "failed"),
        (counts) => Object.values(counts).every((n) => n === 0),
      );
      // The counts are taken one after the other: a job that moves meanwhile is in none of them.
      await eventually(
        "every event is in",
        () => service.sql<{ n: number }[]>`select count(*)::int as n from order_events`,
        ([row]) => row?.n === events.length,
      );
      const eventsOf = new Map<string, ReceivedEvent[]>();
      for (const event of events) {
        const parsed = parseEvent(event);
        if (!parsed.ok) throw new Error(parsed.rejection.message);
        const { id, type, occurredAt, order } = parsed.event;
        eventsOf.set(order.id, [...(eventsOf.get(order.id) ?? []), { id, type, occurredAt, order }]);
      }
      const policy = closingShop({ timeZone: "UTC", locale: "en" });
      const expected = [...eventsOf].map(([id, list]) => {
        const { amount, currency, createdAt, closesAt, paidAt, refundedAt, closedAt } = foldOrder(list, policy);
        return { id, amount, currency, createdAt, closesAt, paidAt, refundedAt, closedAt };
      });
      const stored = await service.sql`select id, amount, currency, created_at as "createdAt", closes_at as "closesAt",
      paid_at as "paidAt", refunded_at as "refundedAt", closed_at as "closedAt" from orders order by id collate "C"`;
      expect([...stored]).toEqual(expected.sort((a, b) => (a.id < b.id ? -1 : 1)));
      const [facts] = await service.sql`select (select count(*)::int from order_events) as events,
      (select count(*)::int from buyers where merged_into is null) as buyers`;
      expect(facts).toEqual({ events: events.length, buyers: 80 });

      await service.up(["worker", "--roles", "dispatch,upkeep"]);
      const end = await eventually("all is over", () => ledger(service.sql), isOver);
      const unpaid = expected.filter(
        ({ paidAt, refundedAt, closedAt }) => paidAt === null && refundedAt === null && closedAt === null,
      );
      const { taken, faults } = await audit(service);
      expect(faults).toEqual(NO_FAULTS);
      const log = service.provider.log;
      expect(
        log
          .filter((entry) => entry.taken)
          .flatMap((entry) => entry.orders)
          .sort(),
      ).toEqual(unpaid.map(({ id }) => id).sort());
      console.log(
        `shuffled (${queue}): ${events.length} events posted 4 times, ${stored.length} orders of 80 buyers as folded; ${taken} reminders for ${unpaid.length} unpaid`,
      );
      expect(end.reminders.sent).toBe(taken);
      const report = await fetch(`${api.url}/v1/reports/recovery?format=json`, {
        headers: { authorization: `Bearer ${API_KEY}` },
      });
      expect(report.status).toBe(200);
    },
  );
});

const CAMPAIGN = `steps:
  - { id: nudge, at: { afterCreated: 10s }, channels: [sms, chat] }
minAge: 0s
minLead: 1s
paidSilence: off
limits: { max: 20, per: 24h, gap: 0s }
`;

/** Orders of every fate, three to a buyer. Events name the buyer by id, by phone, and once by both, so buyers must be merged. */
function histories(count: number, from: number) {
  return Array.from({ length: count }, (_, n) => {
    const buyer = n % (count / 3);
    const id = `s${String(n).padStart(4, "0")}`;
    const phone = `+86138${String(20_000_000 + buyer)}`;
    const both = { id: `b${buyer}`, phone };
    const at = (ms: number) => new Date(from + n + ms).toISOString();
    const event = (type: string, ms: number, order: object = {}) => ({
      id: `${type}-${id}-${ms}`,
      type: `order.${type}`,
      occurredAt: at(ms),
      shop: "acme",
      order: { id, ...order },
    });
    const list = [
      event("created", 0, {
        amount: "10.00",
        currency: "CNY",
        createdAt: at(0),
        buyer: n % 2 === 0 ? { id: both.id } : { phone },
      }),
      event("updated", 5, { amount: `${n + 1}.50`, tags: ["x"], buyer: both }),
      event("updated", 3, { amount: "9999.00", note: "older" }),
    ];
    const fate = n % 6;
    if (fate === 0) list.push(event("paid", 9, { paidAt: at(8) }));
    if (fate === 1) list.push(event("paid", 9), event("refunded", 12));
    if (fate === 2) list.push(event("closed", 7, { reason: "buyer" }));
    return list;
  }).flat();
}
