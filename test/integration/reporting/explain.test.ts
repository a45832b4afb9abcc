import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import type { Campaign } from "../../../src/core/values/policy.ts";
import { REASONS } from "../../../src/core/values/reason.ts";
import { explainOrder } from "../../../src/reporting/explain.ts";
import { storyText } from "../../../src/reporting/format-explain.ts";
import { policyLookups } from "../../../src/reporting/policies.ts";
import { storyJson } from "../../../src/reporting/story-json.ts";
import { reasonText } from "../../../src/reporting/words.ts";
import { campaign } from "../../support/intake.ts";
import { reportFacts } from "../../support/reporting.ts";
import { shopPolicy, T0 } from "../../support/rules.ts";

const quiet = { from: 22 * HOUR, to: 8 * HOUR };
const zoneOf = () => "Asia/Shanghai";
const asked = { shop: "acme", order: "o1" };

describe("explaining an order", () => {
  it("returns null for an order without events", async () => {
    const { sql } = await reportFacts();
    expect(await explainOrder({ sql }, asked)).toBeNull();
  });

  it("shows what of an event could not be used", async () => {
    const facts = await reportFacts();
    await facts.order("o1", T0, { buyer: { id: "b1", phone: "1.39E+10" } });
    await facts.paid("o1", T0 + MINUTE);
    const story = await explainOrder({ sql: facts.sql, zoneOf }, asked);
    const warning = { code: "phone_unreadable", message: expect.stringMatching(/^order\.buyer\.phone: /) };
    expect(story?.events.map(({ warnings }) => warnings)).toEqual([[warning], []]);
    expect(JSON.stringify(story)).not.toContain("1.39E");
    const text = story === null ? "" : storyText(story);
    expect(text).toMatch(/^ {6}warning: order\.buyer\.phone: .* \(phone_unreadable\)$/m);
  });

  it("shows events, case, reminders, deliveries and the credit", async () => {
    const facts = await reportFacts();
    await facts.order("o1", T0, { note: "call 13812345678", items: [{ title: "secret coat" }] });
    const id = await facts.sent({
      order: "o1",
      step: "nudge",
      at: T0 + 10 * MINUTE,
      variant: "a",
      segments: 2,
      micros: 90_000,
      currency: "CNY",
      template: "nudge.a.sms.zh-CN",
    });
    await facts.sql`update deliveries set code = '21211', message = 'no such number: +8613812345678'`;
    await facts.paid("o1", T0 + 30 * MINUTE);
    const story = await explainOrder({ sql: facts.sql, zoneOf }, asked);
    expect(story?.order).toMatchObject({
      status: "paid",
      amount: 12_900,
      currency: "CNY",
      createdAt: T0,
      paidAt: T0 + 30 * MINUTE,
      buyer: "b-o1",
      notChased: null,
    });
    expect(story?.events.map(({ type, occurredAt, receivedAt }) => [type, occurredAt, receivedAt])).toEqual([
      ["order.created", T0, T0],
      ["order.paid", T0 + 30 * MINUTE, T0 + 30 * MINUTE],
    ]);
    expect(story?.events[0]?.told).toMatchObject({ amount: "129.00", items: 1 });
    expect(story?.cases).toMatchObject([
      { openedAt: T0, endedAt: T0 + 30 * MINUTE, campaign: "default", orders: ["o1"] },
    ]);
    expect(story?.reminders).toMatchObject([
      {
        id,
        step: "nudge",
        campaign: "default",
        version: "1",
        variant: "a",
        state: "sent",
        reason: null,
        credited: true,
        namesOrder: true,
        deliveries: [
          {
            channel: "sms",
            attempt: 1,
            state: "accepted",
            latencyMs: 120,
            segments: 2,
            code: "21211",
            message: "no such number: ***",
          },
        ],
      },
      {
        step: "last-call",
        state: "cancelled",
        reason: { code: "paid", text: reasonText("paid") },
        credited: false,
        deliveries: [],
      },
    ]);
    expect(story?.recovery).toEqual({
      reminder: id,
      remindedAt: T0 + 10 * MINUTE,
      paidAt: T0 + 30 * MINUTE,
      amount: 12_900,
      currency: "CNY",
    });
    if (story === null) throw new Error("no story");
    const text = storyText(story);
    const json = JSON.stringify(storyJson(story));
    for (const said of [text, json]) expect(said).not.toMatch(/13812345678|secret coat|w-o1/);
    expect(text).toContain("Order o1 of acme: paid, 129.00 CNY");
    expect(text).toContain("2026-11-10T20:10:00+08:00  nudge/a sent");
    expect(text).toContain(
      "sms, attempt 1: accepted after 120 ms, 21211: no such number: ***, template nudge.a.sms.zh-CN, 2 segments, 0.09 CNY",
    );
    expect(text).toContain("last-call cancelled: the order was paid before the reminder was due (paid)");
    expect(text).toContain("Recovered: 129.00 CNY paid 20m after nudge");
    expect(storyJson(story).recovery).toMatchObject({ amount: "129.00", paidAt: "2026-11-10T20:30:00+08:00" });
  });

  it("shows which rule set the time of each step", async () => {
    const late = campaign({
      quietHours: quiet,
      steps: [{ id: "late", at: { kind: "afterCreated", ms: 10 * MINUTE }, channels: ["chat"] }],
    });
    const facts = await reportFacts([late]);
    const created = Date.parse("2026-11-10T14:30:00Z");
    // Closes at 08:00: the quiet hours end after 07:58.
    const buyer = { id: "b1", chat: { wechat: "w1" } };
    await facts.order("o1", Date.parse("2026-11-10T13:40:00Z"), {
      buyer,
      createdAt: new Date(Date.parse("2026-11-10T13:55:00Z")).toISOString(),
      closesAt: "2026-11-11T08:00:00+08:00",
    });
    await facts.order("o2", created, {});
    const policies = policyLookups(
      () => [late],
      () => shopPolicy(),
    );
    const before = await explainOrder({ sql: facts.sql, ...policies }, asked);
    expect(before?.reminders[0]?.rule).toBe("22:05 is 10m after the order was created");
    const changed = { ...policies, campaignOf: () => ({ ...late, version: "2" }) };
    expect((await explainOrder({ sql: facts.sql, ...changed }, asked))?.reminders[0]?.rule).toBeNull();
    expect(before?.reminders[0]?.moves.map(({ text }) => text)).toEqual([
      "moved from 22:05 to 21:59: quiet hours until 08:00 end after 07:58, the last useful moment",
    ]);
    const unknown = await explainOrder({ sql: facts.sql, zoneOf }, asked);
    expect(unknown?.reminders[0]?.moves[0]?.text).toBe(
      "moved from 22:05 to 21:59: quiet hours end after 07:58, the last useful moment",
    );
    const after = await explainOrder({ sql: facts.sql, ...policies }, { shop: "acme", order: "o2" });
    expect(after?.reminders[0]).toMatchObject({
      state: "planned",
      kind: "send",
      plannedAt: Date.parse("2026-11-11T08:00:00+08:00"),
      anchor: created + 10 * MINUTE,
    });
    expect(after?.reminders[0]?.moves[0]?.text).toBe("moved from 22:40 to 08:00: quiet hours until 08:00");
    expect(after === null ? "" : storyText(after)).toContain(
      "late will be sent\n      campaign default (version 1), due 2026-11-11T08:00:00+08:00, first meant for 2026-11-10T22:40:00+08:00\n      22:40 is 10m after the order was created\n      moved from 22:40 to 08:00",
    );
  });

  it("shows moves in the buyer's zone, and names the zone when it is not the shop's", async () => {
    const facts = await reportFacts([campaign({ quietHours: quiet })]);
    const buyer = { id: "b1", chat: { wechat: "w1" }, timeZone: "America/New_York" };
    await facts.order("o1", T0, { buyer });
    const story = await explainOrder({ sql: facts.sql, zoneOf }, asked);
    expect(story?.reminders[0]?.moves[0]?.text).toBe(
      "moved from 07:10 to 08:00 (America/New_York): quiet hours until 08:00",
    );
  });

  it("shows reminders of the case that do not name the order, and why a case waits", async () => {
    const facts = await reportFacts([campaign({ match: { shops: null, tags: ["d11"], amount: null } })]);
    const buyer = { id: "b1", chat: { wechat: "w1" } };
    await facts.order("o1", T0, { buyer });
    const waiting = await explainOrder({ sql: facts.sql, zoneOf }, asked);
    expect(waiting?.cases[0]?.waiting).toEqual({ code: "no_campaign", text: reasonText("no_campaign"), since: T0 });
    await facts.order("o2", T0 + MINUTE, { buyer, tags: ["d11"] });
    await facts.sent({ order: "o2", step: "nudge", at: T0 + 11 * MINUTE });
    await facts.sql`update reminders set orders = '{o2}' where state = 'sent'`;
    const story = await explainOrder({ sql: facts.sql, zoneOf }, asked);
    expect(story?.reminders.map(({ step, namesOrder }) => [step, namesOrder])).toEqual([
      ["nudge", false],
      ["last-call", true],
    ]);
  });

  it("shows no recovery before the provider accepted the reminder", async () => {
    const facts = await reportFacts();
    await facts.order("o1", T0);
    await facts.sent({ order: "o1", step: "nudge", at: T0 + 10 * MINUTE, state: "sending" });
    await facts.paid("o1", T0 + 11 * MINUTE);
    const story = await explainOrder({ sql: facts.sql, zoneOf }, asked);
    expect(story).toMatchObject({ recovery: null, reminders: [{ state: "sending", credited: false }, {}] });
    expect(story === null ? "" : storyText(story)).toContain("nudge is being sent");
  });

  it("shows an order as closed after its close time, and says why one gets no reminders", async () => {
    const facts = await reportFacts();
    await facts.order("o1", T0, { closesAt: new Date(T0 + HOUR).toISOString() });
    await facts.database.setNow(T0 + HOUR - 1);
    expect((await explainOrder({ sql: facts.sql }, asked))?.order.status).toBe("unpaid");
    await facts.database.setNow(T0 + HOUR);
    expect((await explainOrder({ sql: facts.sql }, asked))?.order.status).toBe("closed");
    await facts.order("o2", T0, { paymentMethod: "cod" });
    const story = await explainOrder({ sql: facts.sql }, { shop: "acme", order: "o2" });
    expect(story).toMatchObject({
      order: { status: "unpaid", notChased: "it is paid on delivery" },
      cases: [],
      reminders: [],
      recovery: null,
    });
  });

  it("ends with what came of the order", async () => {
    const facts = await reportFacts();
    const day = 24 * HOUR;
    const endOf = async (order: string) => {
      const story = await explainOrder({ sql: facts.sql, zoneOf }, { shop: "acme", order });
      if (story === null) throw new Error("no story");
      const end = storyText(story).trimEnd().split("\n").at(-1);
      expect(end).toBe(story.ending.text);
      expect(end).not.toContain("Not a recovery");
      return [story.ending.code, end];
    };
    for (const id of ["o1", "o2", "o3", "o4", "o5", "o6"])
      await facts.order(id, T0, { closesAt: new Date(T0 + 3 * day).toISOString() });
    expect(await endOf("o1")).toEqual(["not_paid", "Not paid yet."]);
    for (const id of ["o3", "o4", "o5"])
      await facts.sent({ order: id, step: "nudge", at: T0 + 10 * MINUTE, window: HOUR });
    await facts.paid("o2", T0 + HOUR);
    await facts.paid("o4", T0 + 30 * MINUTE);
    await facts.paid("o5", T0 + 30 * MINUTE);
    await facts.paid("o3", T0 + day);
    await facts.refunded("o5", T0 + day);
    await facts.receive("closed", T0 + day, { id: "o6", buyer: undefined });
    expect(await endOf("o2")).toEqual([
      "paid_unaided",
      "Paid, but not because of a reminder: none was sent before the payment.",
    ]);
    expect(await endOf("o3")).toEqual([
      "paid_unaided",
      "Paid, but not because of a reminder: the last one was sent 23h50m before the payment, too long to be credited.",
    ]);
    expect(await endOf("o4")).toEqual(["recovered", "Recovered: 129.00 CNY paid 20m after nudge"]);
    expect(await endOf("o5")).toEqual(["refunded", "Paid and refunded: no recovery."]);
    expect(await endOf("o6")).toEqual(["closed_unpaid", "Closed unpaid."]);
    await facts.receive("paid", T0 + day, { id: "o1", buyer: undefined, amount: "29.50" });
    expect(await endOf("o1")).toEqual(["not_paid", "Not paid yet: paid in part, 99.50 CNY are still owed."]);
    // Closed by the clock.
    await facts.database.setNow(T0 + 3 * day);
    expect(await endOf("o1")).toEqual(["closed_unpaid", "Closed unpaid: paid in part, 99.50 CNY were still owed."]);
  });

  it("has a line for a step that cannot be planned, because no close is known", async () => {
    const one = campaign();
    const facts = await reportFacts([one], {}, { closeAfter: null });
    const policies = policyLookups(
      () => [one],
      () => shopPolicy(),
    );
    await facts.order("o1", T0);
    const story = async (deps: Partial<typeof policies> = policies) => {
      const told = await explainOrder({ sql: facts.sql, ...deps }, asked);
      if (told === null) throw new Error("no story");
      return told;
    };
    const text =
      "it is due 30m before the close, and no close is known: the order has no closesAt, and its shop no closeAfter";
    expect((await story()).cases[0]?.unplanned).toEqual([{ step: "last-call", text }]);
    expect(storyText(await story())).toContain(`  last-call is not planned: ${text}`);
    expect((await story({ zoneOf })).cases[0]?.unplanned).toEqual([]);
    await facts.receive("updated", T0 + MINUTE, { id: "o1", closesAt: new Date(T0 + 2 * HOUR).toISOString() });
    expect((await story()).cases[0]?.unplanned).toEqual([]);
    // A step that a later version added has no row either, and the close is known.
    const later = { ...one, steps: [...one.steps, { ...one.steps[1], id: "added" }] } as Campaign;
    expect((await story({ campaignOf: () => later })).cases[0]?.unplanned).toEqual([]);
  });

  it("shows no move within a second", async () => {
    const facts = await reportFacts();
    await facts.order("o1", T0);
    const due = T0 + 10 * MINUTE;
    const moves = [
      { rule: "late", from: due - 100, to: due + 300 },
      { rule: "late", from: due + 300, to: due + 700 },
    ];
    await facts.sql`update reminders set due_at = ${new Date(due + 700)},
      plan = plan::jsonb || ${JSON.stringify({ anchor: due + 200, moves })}::text::jsonb where step = 'nudge'`;
    const story = await explainOrder({ sql: facts.sql, zoneOf }, asked);
    expect(story?.reminders[0]?.moves.map(({ text }) => text)).toEqual([
      "moved from 20:09:59 to 20:10:00: that time had passed when this was planned",
    ]);
    expect(story === null ? "" : storyText(story)).not.toContain("first meant for");
  });

  it("finds an order by its number, with its sign or without, but first by its id", async () => {
    const facts = await reportFacts();
    await facts.order("5001", T0, { number: "#1006" });
    await facts.order("5002", T0, { number: "1007" });
    await facts.order("#1007", T0, { number: "#1008" });
    const found = async (order: string) =>
      (await explainOrder({ sql: facts.sql, zoneOf }, { shop: "acme", order }))?.order.id ?? null;
    expect([await found("#1006"), await found("1006"), await found("5001")]).toEqual(["5001", "5001", "5001"]);
    expect([await found("#1007"), await found("1007"), await found("1009")]).toEqual(["#1007", "5002", null]);
    const story = await explainOrder({ sql: facts.sql, zoneOf }, { shop: "acme", order: "#1006" });
    expect(story === null ? "" : storyText(story)).toContain("Order #1006 (5001) of acme: unpaid");
    await facts.order("5003", T0 + HOUR, { number: "1006" });
    await expect(found("#1006")).rejects.toThrow('2 orders have the number "#1006": name one by its id, 5003 or 5001');
  });

  it("shows what was paid and refunded in parts, and why an order is not chased", async () => {
    const facts = await reportFacts();
    const storyOf = async (order: string) => {
      const story = await explainOrder({ sql: facts.sql, zoneOf }, { shop: "acme", order });
      if (story === null) throw new Error("no story");
      return story;
    };
    await facts.order("part", T0, { amount: "100.00" });
    await facts.receive("paid", T0 + MINUTE, { id: "part", buyer: undefined, amount: "30.00" });
    const part = await storyOf("part");
    expect(storyJson(part).order).toMatchObject({ status: "unpaid", amount: "70.00", partPaid: "30.00" });
    expect(storyText(part)).toContain("  paid in part: 30.00 CNY");
    await facts.paid("part", T0 + 2 * MINUTE);
    await facts.receive("refunded", T0 + 3 * MINUTE, { id: "part", buyer: undefined, amount: "25.00" });
    expect(storyText(await storyOf("part"))).toContain("  refunded in part: 25.00 CNY");
    await facts.order("free", T0, { amount: "0.00" });
    await facts.order("sent", T0, { shipped: true });
    expect((await storyOf("free")).order.notChased).toBe("its amount is zero: nothing is owed");
    expect((await storyOf("sent")).order.notChased).toBe("it was shipped or archived unpaid");
  });

  it("has a sentence of its own for each reason", () => {
    const texts = REASONS.map(reasonText);
    expect(new Set(texts).size).toBe(REASONS.length);
    for (const text of texts) expect(text).toMatch(/^[a-z].{15,}[a-z]$/);
  });
});
