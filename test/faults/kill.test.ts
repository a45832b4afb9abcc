/** Processes that are killed or stopped in the middle of a burst. */
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { audit, isOver, ledger, NO_FAULTS, setClockAhead } from "../support/service/ledger.ts";
import { QUEUES } from "../support/service/redis.ts";
import { rig } from "../support/service/rig.ts";
import { created, orders, postAll } from "../support/service/shop.ts";

const WORKER = ["worker", "--roles", "dispatch,upkeep"];
const CLEAN = { code: 0, signal: null };

describe.each(QUEUES)("queue on $queue", ({ queue, runs }) => {
  it.runIf(runs)(
    "kill -9 of a worker in a burst: nothing twice, nothing lost but what it held, which counts as unknown",
    async (context) => {
      const count = 1_500;
      const service = await rig(context, { queue, ratePerSecond: 400 });
      // So that each worker has messages on their way at any moment of the burst.
      service.provider.rules([{ fault: { do: "answer", delayMs: 300 } }]);
      const [api, victim, survivor] = await Promise.all([service.up(["api"]), service.up(WORKER), service.up(WORKER)]);
      await postAll(api.url, orders(count, "k", Date.now() + 3_000));
      await eventually(
        "the burst begins",
        () => service.provider.taken(),
        (taken) => taken >= 200,
      );
      await victim.kill();
      const other = await service.up(WORKER);
      await eventually(
        "the rest went out",
        () => ledger(service.sql),
        ({ reminders, deliveries }) => reminders.planned === undefined && (deliveries.claimed ?? 0) <= 400,
      );
      // The other workers record their claims before they end. The rest are claims of the killed one.
      for (const worker of [survivor, other]) worker.signal("SIGTERM");
      expect(await Promise.all([survivor.ended, other.ended])).toEqual([CLEAN, CLEAN]);
      const stranded = (await ledger(service.sql)).deliveries.claimed ?? 0;
      expect(stranded, "the kill hit claims").toBeGreaterThan(0);
      await setClockAhead(service.sql, 60);
      await service.up(WORKER);
      const end = await eventually("the rescue gave the dead one's claims up", () => ledger(service.sql), isOver);
      const { taken, faults } = await audit(service);
      console.log(`kill -9 (${queue}): ${taken} taken, ${stranded} unknown of ${count}`);
      expect(faults).toEqual(NO_FAULTS);
      expect(end.reminders).toEqual({ sent: count - stranded, "skipped:unknown_outcome": stranded });
      expect(end.deliveries).toMatchObject({ accepted: count - stranded, unknown: stranded });
      expect(taken).toBeGreaterThanOrEqual(count - stranded);
    },
  );

  it.runIf(runs)(
    "SIGTERM in a burst: every claim is recorded, exit 0 in time, and the next worker goes on",
    async (context) => {
      const count = 2_000;
      const service = await rig(context, { queue, ratePerSecond: 400 });
      const [api, first] = await Promise.all([service.up(["api"]), service.up(WORKER)]);
      await postAll(api.url, orders(count, "t", Date.now() + 2_500));
      await eventually(
        "the burst begins",
        () => service.provider.taken(),
        (taken) => taken >= 200,
      );
      const begun = performance.now();
      first.signal("SIGTERM");
      const ended = await first.ended;
      const drainedMs = performance.now() - begun;
      const { deliveries, reminders } = await ledger(service.sql);
      expect(ended).toEqual(CLEAN);
      // Far below the 20 s that are promised: it stops claiming, and does not send off the whole backlog first.
      expect(drainedMs).toBeLessThan(10_000);
      expect(deliveries).toMatchObject({ accepted: expect.any(Number) });
      expect(deliveries).not.toHaveProperty("claimed");
      expect(deliveries).not.toHaveProperty("unknown");
      expect(reminders.planned, "it was in the middle of it").toBeGreaterThan(0);
      await service.up(WORKER);
      const end = await eventually("the next worker sends the rest", () => ledger(service.sql), isOver);
      console.log(
        `SIGTERM (${queue}): drained in ${Math.round(drainedMs)} ms after ${deliveries.accepted} of ${count}`,
      );
      expect(end.reminders).toEqual({ sent: count });
      expect(await audit(service)).toEqual({ taken: count, faults: NO_FAULTS });
    },
  );
});

const HOOK_KEY = "a-key-that-is-no-base64";
const SENDERS = 20;

/** Every other order is of WooCommerce, whose deliveries have no id; the rest are signed as Standard Webhooks. */
function webhook(n: number, at: number) {
  const hmac = (text: string) => createHmac("sha256", HOOK_KEY).update(text).digest("base64");
  if (n % 2 === 0) {
    const { shop: _, ...event } = created(`w${n}`, at);
    const [body, id, seconds] = [JSON.stringify(event), `msg-${n}`, String(Math.floor(Date.now() / 1_000))];
    const signature = `v1,${hmac(`${id}.${seconds}.${body}`)}`;
    const headers = { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": signature };
    return { id: `w${n}`, source: "standard", body, headers };
  }
  const time = new Date(at).toISOString().slice(0, 19);
  const body = JSON.stringify({
    ...{ id: n, status: "pending", currency: "CNY", total: "129.00", customer_id: n, needs_payment: true },
    ...{ date_created_gmt: time, date_modified_gmt: time, date_paid_gmt: null, payment_method: "alipay" },
    billing: { country: "CN", phone: `138${String(10_000_000 + n)}` },
  });
  const headers = { "x-wc-webhook-topic": "order.created", "x-wc-webhook-signature": hmac(body) };
  return { id: String(n), source: "woocommerce", body, headers };
}

it("kill -9 amid signed webhooks: each that was answered is stored, and the repetitions have one effect", async (context) => {
  const service = await rig(context, { queue: "postgres" });
  const key = `{ secret: ${HOOK_KEY} }`;
  await service.write(
    "dunlin.yaml",
    `shops: { acme: { timeZone: UTC, country: CN, currency: CNY, closeAfter: 24h, quietHours: off, webhooks: { standard: ${key}, woocommerce: ${key} } } }\n`,
  );
  const [count, at] = [400, Date.now()];
  const answered = new Set<string>();
  /** Those that are not answered are posted, by some senders at a time. */
  const post = async (url: string, numbers: readonly number[]) => {
    const waiting = [...numbers];
    const sender = async () => {
      for (let n = waiting.shift(); n !== undefined; n = waiting.shift()) {
        const { id, source, body, headers } = webhook(n, at);
        const answer = await fetch(`${url}/v1/webhooks/${source}/acme`, {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body,
        }).catch(() => null);
        if (answer?.ok === true) answered.add(id);
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
  };
  const stored = async () => (await service.sql`select id from orders`).map(({ id }) => String(id));
  const all = Array.from({ length: count }, (_, n) => n + 1);

  const victim = await service.up(["api"]);
  const posting = post(victim.url, all);
  await eventually(
    "webhooks are answered",
    async () => answered.size,
    (size) => size >= 60,
  );
  await victim.kill();
  await posting;
  expect(answered.size, "it was in the middle of them").toBeLessThan(count);
  const kept = new Set(await stored());
  expect([...answered].filter((id) => !kept.has(id))).toEqual([]);

  const next = await service.up(["api"]);
  // The shop repeats what got no answer, and one in three that got one.
  const before = new Set(answered);
  await post(
    next.url,
    all.filter((n) => n % 3 === 0 || !before.has(webhook(n, at).id)),
  );
  expect(answered.size).toBe(count);
  expect((await stored()).length).toBe(count);
  const [effects] = await service.sql`select (select count(*)::int from order_events) as events,
    (select count(*)::int from cases) as cases, (select count(*)::int from reminders where state = 'planned') as planned`;
  expect(effects).toEqual({ events: count, cases: count, planned: count });
});
