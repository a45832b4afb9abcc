import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { REASONS } from "../../../src/core/values/reason.ts";
import { REMINDER_STATES } from "../../../src/http/contract/parts/values.ts";
import { type ListQuery, listCases, listDeliveries, listReminders } from "../../../src/reporting/listings.ts";
import { recoveryReport } from "../../../src/reporting/recovery.ts";
import { reportFacts } from "../../support/reporting.ts";
import { T0 } from "../../support/rules.ts";

const zoneOf = () => "Asia/Shanghai";

/** Two shops; o1 sent and paid, o2 sent in vain, o3 planned, z1 in the other shop. */
async function rows() {
  const facts = await reportFacts();
  await facts.order("o1", T0);
  await facts.order("o2", T0 + MINUTE);
  await facts.sent({
    order: "o1",
    step: "nudge",
    at: T0 + 10 * MINUTE,
    segments: 1,
    micros: 45_000,
    currency: "CNY",
    deliveredAt: T0 + 11 * MINUTE,
  });
  await facts.sent({
    order: "o2",
    step: "nudge",
    at: T0 + 11 * MINUTE,
    state: "skipped",
    reason: "unknown_outcome",
    channel: "chat",
  });
  await facts.order("z1", T0 + 12 * MINUTE, {}, "zeta");
  await facts.paid("o1", T0 + 20 * MINUTE);
  await facts.order("o3", T0 + HOUR);
  const deps = { sql: facts.sql, zoneOf };
  const query = (more: Partial<ListQuery> = {}): ListQuery => ({ limit: 50, ...more });
  return { facts, deps, query };
}

describe("listing", () => {
  it("lists cases newest first, by every filter", async () => {
    const { deps, query } = await rows();
    const orders = async (more: Partial<ListQuery>) =>
      (await listCases(deps, query(more)))?.items.flatMap((item) => item.orders);
    expect(await orders({})).toEqual(["o3", "z1", "o2", "o1"]);
    expect(await orders({ shop: "acme" })).toEqual(["o3", "o2", "o1"]);
    expect(await orders({ shop: "nobody" })).toEqual([]);
    expect(await orders({ state: "ended" })).toEqual(["o1"]);
    expect(await orders({ state: "open", shop: "acme" })).toEqual(["o3", "o2"]);
    expect(await orders({ buyer: "b-o2" })).toEqual(["o2"]);
    expect(await orders({ order: "o1" })).toEqual(["o1"]);
    expect(await orders({ campaign: "default", step: "last-call", from: T0 + MINUTE, to: T0 + HOUR })).toEqual([
      "z1",
      "o2",
    ]);
    expect(await orders({ channel: "chat" })).toEqual(["o2"]);
    expect(await orders({ campaign: "other" })).toEqual([]);
    expect(await orders({ reason: "no_campaign" })).toEqual([]);
    const first = (await listCases(deps, query({ order: "o1" })))?.items[0];
    expect(first).toEqual({
      shop: "acme",
      id: expect.any(String),
      buyer: "b-o1",
      state: "ended",
      campaign: "default",
      manual: false,
      manualSince: null,
      handBackAt: null,
      reason: null,
      openedAt: "2026-11-10T20:00:00+08:00",
      endedAt: "2026-11-10T20:20:00+08:00",
      orders: ["o1"],
    });
  });

  it("lists reminders by every filter", async () => {
    const { facts, deps, query } = await rows();
    const named = async (more: Partial<ListQuery>) =>
      (await listReminders(deps, query(more)))?.items.map(({ orders, step }) => `${orders.join()} ${step}`).sort();
    expect(await named({ shop: "acme" })).toEqual([
      "o1 last-call",
      "o1 nudge",
      "o2 last-call",
      "o2 nudge",
      "o3 last-call",
      "o3 nudge",
    ]);
    expect(await named({ state: "sent" })).toEqual(["o1 nudge"]);
    expect(await named({ reason: "paid" })).toEqual(["o1 last-call"]);
    expect(await named({ buyer: "b-o2", step: "nudge" })).toEqual(["o2 nudge"]);
    expect(await named({ order: "o3" })).toEqual(["o3 last-call", "o3 nudge"]);
    expect(await named({ channel: "chat" })).toEqual(["o2 nudge"]);
    await facts.sql`update reminders set orders = '{o7}' where 'o3' = any(orders) and step = 'nudge'`;
    expect(await named({ order: "o3" })).toEqual(["o3 last-call"]);
    expect(await named({ from: T0 + 10 * MINUTE, to: T0 + 11 * MINUTE })).toEqual(["o1 nudge"]);
    expect(await named({ from: T0 + DAY, shop: "acme" })).toEqual(["o3 last-call"]);
    expect((await listReminders(deps, query({ state: "sent" })))?.items[0]).toEqual({
      shop: "acme",
      id: expect.any(String),
      case: expect.any(String),
      buyer: "b-o1",
      campaign: "default",
      campaignVersion: "1",
      step: "nudge",
      variant: null,
      kind: "send",
      state: "sent",
      reason: null,
      dueAt: "2026-11-10T20:10:00+08:00",
      decidedAt: "2026-11-10T20:10:00+08:00",
      orders: ["o1"],
    });
  });

  it("counts reminders in each state as the report does", async () => {
    const { facts, deps, query } = await rows();
    await facts.sent({ order: "z1", step: "nudge", at: T0 + 22 * MINUTE, state: "sending" }, "zeta");
    for (const [index, reason] of REASONS.entries()) {
      await facts.order(`r${index}`, T0 + 2 * HOUR);
      await facts.skipped(`r${index}`, "nudge", T0 + 3 * HOUR, reason);
    }
    const counted: Record<string, number> = {};
    for (const state of REMINDER_STATES) {
      const items = (await listReminders(deps, query({ state, limit: 500 })))?.items ?? [];
      expect(items.filter((item) => item.state !== state)).toEqual([]);
      counted[state] = items.length;
    }
    const { planned = 0, sending = 0, ...ended } = counted;
    const { totals } = await recoveryReport({ sql: facts.sql }, { by: [], from: null, to: null });
    expect({ ...ended, pending: planned + sending }).toEqual({
      sent: totals.sent,
      skipped: totals.skipped,
      cancelled: totals.cancelled,
      pending: totals.pending,
    });
    expect(ended).toEqual({ sent: 1, skipped: 1 + REASONS.length - 4, cancelled: 1 + 4 });
    expect((await listReminders(deps, query({ limit: 500 })))?.items).toHaveLength(totals.planned);
  });

  it("lists deliveries by every filter, without an address", async () => {
    const { facts, deps, query } = await rows();
    await facts.sql`update deliveries set message = 'to +86 138 1234 5678 refused'`;
    const channels = async (more: Partial<ListQuery>) =>
      (await listDeliveries(deps, query(more)))?.items.map(({ channel }) => channel);
    expect(await channels({})).toEqual(["chat", "sms"]);
    expect(await channels({ state: "accepted" })).toEqual(["sms"]);
    expect(await channels({ channel: "chat" })).toEqual(["chat"]);
    expect(await channels({ reason: "unknown_outcome" })).toEqual(["chat"]);
    expect(await channels({ order: "o1", buyer: "b-o1", campaign: "default", step: "nudge" })).toEqual(["sms"]);
    expect(await channels({ to: T0 + 11 * MINUTE })).toEqual(["sms"]);
    expect((await listDeliveries(deps, query({ order: "o1" })))?.items[0]).toMatchObject({
      claimedAt: "2026-11-10T20:10:00+08:00",
      deliveredAt: "2026-11-10T20:11:00+08:00",
      cost: { amount: "0.045", currency: "CNY" },
      orders: ["o1"],
      message: "to *** refused",
    });
  });

  it("pages without a lost or repeated row, across shops and while rows are added", async () => {
    const { facts, deps, query } = await rows();
    const all = (await listReminders(deps, query()))?.items.map(({ id }) => id) ?? [];
    expect(all).toHaveLength(8);
    const seen: string[] = [];
    for (let cursor: string | null = null, page = 0; page < 20; page++) {
      const found = await listReminders(deps, query({ limit: 3, cursor }));
      if (found === null) throw new Error("a cursor of ours was refused");
      expect(found.items.length).toBeLessThanOrEqual(3);
      seen.push(...found.items.map(({ id }) => id));
      cursor = found.next;
      if (cursor === null) break;
      if (page === 0) await facts.order("o9", T0 + 2 * HOUR);
    }
    expect(seen).toEqual(all);
    expect((await listReminders(deps, query({ limit: 8, shop: "acme" })))?.next).toBeNull();
  });

  it.each([
    ["cases", listCases, 4],
    ["deliveries", listDeliveries, 2],
  ] as const)("pages through %s one by one", async (_name, list, count) => {
    const { deps, query } = await rows();
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof list>> = await list(deps, query({ limit: 1, cursor }));
      if (page === null) throw new Error("a cursor of ours was refused");
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== null && seen.length <= count);
    expect(seen).toHaveLength(count);
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
  });

  it("refuses a forged cursor", async () => {
    const { deps, query } = await rows();
    for (const cursor of [
      "",
      "x",
      "' or true --",
      Buffer.alloc(15).toString("base64url"),
      `${Buffer.alloc(16).toString("base64url")}=`,
    ])
      expect(await listCases(deps, query({ cursor })), cursor).toBeNull();
  });
});
