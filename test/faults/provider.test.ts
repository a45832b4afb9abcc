/** A provider that fails in every way. The outcome is the contract's. A message that it may have taken is never sent again. The output names nobody. */
import { expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import type { Fault } from "../support/provider-faults.ts";
import { audit, isOver, ledger, NO_FAULTS } from "../support/service/ledger.ts";
import { API_KEY, PROVIDER_SECRET, rig, SECRET_KEY } from "../support/service/rig.ts";
import { orders, postAll } from "../support/service/shop.ts";

type Case = {
  readonly name: string;
  readonly chat?: boolean;
  /** Faults of sms for the first attempts; after them it accepts. */
  readonly sms: readonly Fault[];
  /** For each order: how its reminder ends, the attempts in the ledger, and how many messages were taken. */
  readonly ends: string;
  readonly attempts: string;
  readonly taken: number;
};

/** The provider repeats number and text in its answer. */
const status = (code: number, headers?: Record<string, string>): Fault => ({
  do: "answer",
  status: code,
  body: "+8613910000000: Order refused0 waits: CNY 129.00",
  ...(headers && { headers }),
});
const CASES: readonly Case[] = [
  { name: "once500", sms: [status(500)], ends: "sent", attempts: "failed-transient accepted", taken: 1 },
  {
    name: "busy",
    sms: [status(429, { "retry-after": "4" })],
    ends: "sent",
    attempts: "failed-transient accepted",
    taken: 1,
  },
  {
    name: "garbage",
    chat: true,
    sms: [{ do: "garbage" }],
    ends: "skipped:unknown_outcome",
    attempts: "unknown",
    taken: 1,
  },
  { name: "hang", chat: true, sms: [{ do: "hang" }], ends: "skipped:unknown_outcome", attempts: "unknown", taken: 1 },
  {
    name: "resetafter",
    chat: true,
    sms: [{ do: "reset-after" }],
    ends: "skipped:unknown_outcome",
    attempts: "unknown",
    taken: 1,
  },
  // From here nobody can postAll this from the one above.
  {
    name: "resetbefore",
    chat: true,
    sms: [{ do: "reset-before" }],
    ends: "skipped:unknown_outcome",
    attempts: "unknown",
    taken: 0,
  },
  {
    name: "refused",
    chat: false,
    sms: [status(400)],
    ends: "skipped:rejected_by_provider",
    attempts: "failed-permanent",
    taken: 0,
  },
  { name: "fallsback", chat: true, sms: [status(400)], ends: "sent", attempts: "failed-permanent accepted", taken: 1 },
  { name: "slowbody", sms: [{ do: "slow-body", ms: 200, cut: true }], ends: "sent", attempts: "accepted", taken: 1 },
];
const EACH = 8;

it("500, 429 with Retry-After, garbage, silence, resets: the outcomes of the contract, nothing taken twice", async (context) => {
  const service = await rig(context, { queue: "postgres", timeout: "3s" });
  const env = { LOG_LEVEL: "trace" };
  const [api, worker] = await Promise.all([
    service.up(["api"], env),
    service.up(["worker", "--roles", "dispatch,upkeep"], env),
  ]);
  service.provider.rules(
    CASES.flatMap(({ name, sms }) =>
      Array.from({ length: EACH }, (_, n) => ({ when: { order: `${name}${n}`, channel: "sms" }, fault: sms })),
    ),
  );
  const dueAt = Date.now() + 1_500;
  for (const { name, chat = false } of CASES) await postAll(api.url, orders(EACH, name, dueAt, { chat }));
  const end = await eventually("all is over", () => ledger(service.sql), isOver);
  const rows = await service.sql<{ order: string; ends: string; attempts: string }[]>`
    select r.orders[1] as order, concat_ws(':', r.state, r.reason) as ends,
      (select string_agg(d.state, ' ' order by d.claimed_at, d.attempt) from deliveries d where d.reminder_id = r.id) as attempts
    from reminders r`;
  const log = service.provider.log;
  // A process that is starved of CPU may find no connection in time, or a breaker that opened since the claim: nothing was sent then.
  const idle = await service.sql<
    { order: string }[]
  >`select distinct r.orders[1] as order from reminders r join deliveries d on d.reminder_id = r.id
    where d.code in ('no_connection_in_time', 'provider_down')`;
  const starved = new Set(idle.map(({ order }) => order));
  for (const { name, ends, attempts, taken } of CASES) {
    const mine = rows.filter(({ order }) => order.replace(/\d$/, "") === name);
    expect(mine.length).toBe(EACH);
    for (const row of mine) {
      expect(row).toMatchObject({ ends });
      if (!starved.has(row.order)) expect(row).toMatchObject({ attempts });
      expect(log.filter((entry) => entry.taken && entry.orders.includes(row.order)).length).toBe(taken);
    }
  }
  const busy = log.filter(({ orders: [order = ""] }) => order.startsWith("busy"));
  for (let n = 0; n < EACH; n++) {
    const [first, second] = busy.filter(({ orders: [order] }) => order === `busy${n}`);
    expect((second?.at ?? 0) - (first?.at ?? 0), "Retry-After is honoured").toBeGreaterThanOrEqual(4_000);
  }
  console.log(`provider faults: ${JSON.stringify(end.reminders)} of ${CASES.length * EACH}`);
  expect((await audit(service)).faults).toEqual(NO_FAULTS);
  // The numbers, handles and texts of all buyers above look like this.
  const personal = /139100000\d\d|\bw-[a-z]+\d| waits: /;
  for (const { to, text } of log) expect(`${to} ${text}`).toMatch(personal);
  const output = [api, worker].map(({ out, err }) => out() + err()).join("\n");
  expect(output).toContain('"level":40');
  expect(output.split("\n").filter((line) => personal.test(line))).toEqual([]);
  for (const secret of [PROVIDER_SECRET, API_KEY, SECRET_KEY]) expect(output).not.toContain(secret);
});
