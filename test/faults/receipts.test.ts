/** A provider that reports over HTTP to a running service: receipts, early ones too, failures, and STOP. The API is killed right after each answer. */
import { expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { signedReceipts } from "../support/receipts.ts";
import { audit, ledger, NO_FAULTS } from "../support/service/ledger.ts";
import { PROVIDER_SECRET, rig } from "../support/service/rig.ts";
import { orders, postAll } from "../support/service/shop.ts";

const COUNT = 40;
const STOPS = 5;
const EARLY = 6;
const FAILS = 5;

it.concurrent.for(["postgres", "redis"] as const)(
  "keeps every receipt and every STOP that was answered with 200 (queue on %s)",
  async (queue, context) => {
    const service = await rig(context, { queue });
    let api = await service.up(["api"]);
    await service.up(["worker", "--roles", "dispatch,upkeep"]);
    const { provider, sql } = service;
    /** Posts as the provider, kills the API as soon as it answered, and starts it again. */
    const report = async (receipts: readonly object[]) => {
      const { headers, payload } = signedReceipts(JSON.stringify(receipts), PROVIDER_SECRET);
      const answer = await fetch(`${api.url}/v1/receipts/sms`, { method: "POST", headers, body: payload });
      await api.kill();
      expect(answer.status).toBe(200);
      api = await service.up(["api"]);
    };
    const idsOf = (prefix: string) =>
      provider.log.filter(({ orders: [order = ""] }) => order.startsWith(prefix)).map(({ id }) => id);
    const delivered = async () =>
      (await sql<{ n: number }[]>`select count(*)::int as n from deliveries where delivered_at is not null`)[0]?.n ?? 0;

    await postAll(api.url, orders(COUNT, "o", Date.now() + 1_500));
    await eventually(
      "all are sent",
      () => ledger(sql),
      ({ reminders }) => reminders.sent === COUNT,
    );
    const ids = idsOf("o");
    await report(ids.map((id) => ({ type: "delivered", id, at: new Date().toISOString(), segments: 1 })));
    expect(await delivered()).toBe(COUNT);
    await report(ids.slice(0, STOPS).map((id) => ({ type: "reply", id, text: "stop" })));
    const opted = await sql`select 1 from suppressions where reason = 'opt_out'`;
    expect(opted).toHaveLength(STOPS);
    // Their next orders get no reminder, and those of the others do.
    await sql`update deliveries set claimed_at = claimed_at - interval '2 days', lease_until = lease_until - interval '2 days'`;
    await sql`update reminders set decided_at = decided_at - interval '2 days', due_at = due_at - interval '2 days'`;
    const again = orders(COUNT, "o", Date.now() + 1_500).map((event) => ({
      ...event,
      id: `again-${event.id}`,
      order: { ...event.order, id: `again-${event.order.id}` },
    }));
    await postAll(api.url, again);
    const end = await eventually(
      "those of the others are sent",
      () => ledger(sql),
      ({ reminders }) => (reminders.sent ?? 0) >= 2 * COUNT - STOPS,
    );
    // They wait a while for another contact, and then are skipped.
    expect(end.reminders).toEqual({ sent: 2 * COUNT - STOPS, "planned:suppressed": STOPS });

    // The provider reports these before it answers.
    provider.rules([
      { when: ({ body }) => String(body?.orders).startsWith("early"), fault: { do: "answer", delayMs: 3_000 } },
    ]);
    await postAll(api.url, orders(EARLY, "early", Date.now() + 1_000));
    await eventually(
      "they are under way",
      () => idsOf("early"),
      (found) => found.length === EARLY,
    );
    await report(idsOf("early").map((id) => ({ type: "delivered", id, at: new Date().toISOString() })));
    await eventually("what came early is applied", delivered, (n) => n === COUNT + EARLY);

    // These do not arrive: the next channel takes them over, once, however often that is reported.
    await postAll(api.url, orders(FAILS, "fail", Date.now() + 1_000, { chat: true }));
    await eventually(
      "they are sent",
      () => ledger(sql),
      ({ reminders }) => reminders.sent === 2 * COUNT - STOPS + EARLY + FAILS,
    );
    const failures = idsOf("fail").map((id) => ({ type: "failed", id, at: new Date().toISOString(), code: "gone" }));
    await report([...failures, ...failures]);
    const byChannel = (name: string) =>
      provider.log.filter(({ channel, orders: [order = ""] }) => channel === name && order.startsWith("fail"));
    await eventually(
      "they go out over the next channel",
      () => byChannel("chat").length,
      (n) => n === FAILS,
    );
    await report(failures);
    await eventually(
      "all is recorded",
      () => sql`select from deliveries where channel = 'chat' and state = 'accepted'`,
      ({ length }) => length === FAILS,
    );
    expect([byChannel("sms").length, byChannel("chat").length]).toEqual([FAILS, FAILS]);
    // The others got the same step again two days later, and it named both of their orders.
    const { duplicateSteps: _, duplicateOrderSteps: __, ...faults } = NO_FAULTS;
    expect((await audit(service)).faults).toMatchObject({
      ...faults,
      // The provider had taken the messages that it reports as failed.
      unaccounted: FAILS,
    });
    expect(await sql`select 1 from kept_receipts`).toEqual([]);
  },
);
