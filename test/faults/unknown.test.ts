/** Processes that are killed while a message is of unknown outcome: what they leave behind is cleared up by others. */
import { expect, it } from "vitest";
import { answeringServer } from "../support/answering-server.ts";
import { eventually } from "../support/eventually.ts";
import { isOver, ledger, setClockAhead } from "../support/service/ledger.ts";
import { rig } from "../support/service/rig.ts";
import { orders, postAll } from "../support/service/shop.ts";

const WORKER = ["worker", "--roles", "dispatch,upkeep"];
const QUEUE = "postgres" as const;

it("kill -9 in a burst over a channel that drops repetitions: each message arrives, under one id and with one body", async (context) => {
  const count = 800;
  const service = await rig(context, { queue: QUEUE, ratePerSecond: 300, idempotent: true });
  service.provider.rules([{ fault: { do: "answer", delayMs: 1_000 } }]);
  const [api, victim, survivor] = await Promise.all([service.up(["api"]), service.up(WORKER), service.up(WORKER)]);
  await postAll(api.url, orders(count, "k", Date.now() + 3_000));
  await eventually(
    "the burst begins",
    () => service.provider.taken(),
    (taken) => taken >= 150,
  );
  await victim.kill();
  await eventually(
    "the rest went out",
    () => ledger(service.sql),
    ({ reminders, deliveries }) => reminders.planned === undefined && (deliveries.claimed ?? 0) <= 300,
  );
  survivor.signal("SIGTERM");
  await survivor.ended;
  const stranded = (await ledger(service.sql)).deliveries.claimed ?? 0;
  expect(stranded, "the kill hit claims").toBeGreaterThan(0);
  await setClockAhead(service.sql, 60);
  await service.up(WORKER);
  const end = await eventually("the others were sent again", () => ledger(service.sql), isOver);
  expect(end.deliveries.accepted).toBe(count);
  expect(end.reminders).toEqual({ sent: count });
  const bodies = new Map<string, Set<string>>();
  for (const { id, body } of service.provider.log)
    bodies.set(id, (bodies.get(id) ?? new Set()).add(JSON.stringify(body)));
  expect(bodies.size).toBe(count);
  expect([...bodies.values()].filter(({ size }) => size > 1)).toEqual([]);
  expect(service.provider.log.length).toBeGreaterThan(count);
  expect(await service.sql`select from deliveries where sealed_message is not null`).toHaveLength(0);
});

it("kill -9 between a question and its answer: another process asks again, and the message was sent once", async (context) => {
  const service = await rig(context, { queue: QUEUE });
  const created: { sid: string; to: string; body: string; date_created: string }[] = [];
  let asked = 0;
  const twilio = await answeringServer(({ method, body }) => {
    if (method === "POST") {
      const form = new URLSearchParams(body);
      const message = { to: form.get("To") ?? "", body: form.get("Body") ?? "" };
      created.push({ sid: `SM${created.length}`, ...message, date_created: new Date().toUTCString() });
      return "reset";
    }
    asked += 1;
    if (asked === 1) return "hang";
    return { body: { messages: created.map((row) => ({ ...row, status: "delivered" })), next_page_uri: null } };
  });
  await service.write(
    "dunlin.yaml",
    `shops:
  acme: { timeZone: UTC, locale: en, currency: CNY, closeAfter: 24h, quietHours: off }
channels:
  sms: { provider: twilio-sms, url: "${twilio.url}", accountSid: AC1, authToken: token, from: "+15550100", timeout: 30s }
  chat: { provider: console }
`,
  );
  const [api, victim] = await Promise.all([service.up(["api"]), service.up(WORKER)]);
  await postAll(api.url, orders(1, "u", Date.now() + 1_000));
  await eventually(
    "the outcome is unknown",
    () => ledger(service.sql),
    ({ deliveries }) => deliveries.unknown === 1,
  );
  await setClockAhead(service.sql, 4 * 60);
  await eventually(
    "the provider is asked",
    () => asked,
    (times) => times === 1,
  );
  await victim.kill();
  await service.up(WORKER);
  expect(await service.sql`select from lookups where lease is not null`).toHaveLength(1);
  // The lease of the dead one is 10 minutes.
  await setClockAhead(service.sql, 15 * 60);
  const end = await eventually("it was recorded", () => ledger(service.sql), isOver);
  await eventually(
    "the reminder was sent",
    () => ledger(service.sql),
    ({ reminders }) => reminders.sent === 1,
  );
  expect(end.total).toBe(1);
  expect(created).toHaveLength(1);
  expect(asked).toBe(2);
  const [delivery] = await service.sql<{ state: string; lookup: object; message_id: string }[]>`
    select state, lookup, message_id from deliveries`;
  expect(delivery).toMatchObject({ state: "accepted", lookup: { end: "accepted" }, message_id: "SM0" });
});
