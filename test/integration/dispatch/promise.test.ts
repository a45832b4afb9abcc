import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { formatInstant } from "../../../src/core/values/instant.ts";
import { parseWhen } from "../../../src/core/values/when.ts";
import { recordPromise } from "../../../src/followup/promise.ts";
import { effectText, refusalText } from "../../../src/followup/promise-words.ts";
import { explainOrder } from "../../../src/reporting/explain.ts";
import { storyText } from "../../../src/reporting/format-explain.ts";
import { storyJson } from "../../../src/reporting/story-json.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";

const AT = T0 + 2 * HOUR;
const promise = { shop: "acme", order: "o1", at: AT, reason: "cannot pay online", by: "Li" };

async function promising() {
  const setup = await dispatchSetup();
  const { sql } = setup.database;
  const planned = async () => {
    const rows = await sql<
      { step: string; kind: string; reason: string | null; at: number }[]
    >`select step, kind, reason, due_at as at from reminders where state = 'planned' order by due_at`;
    return rows.map(({ step, kind, reason, at }) => `${(at - T0) / MINUTE} ${reason ?? kind} ${step}`);
  };
  await setup.at(T0);
  await setup.receive(receivedEvent("e1", "order.created", T0));
  return { ...setup, sql, planned, record: (change: object = {}) => recordPromise(sql, { ...promise, ...change }) };
}

describe("a promise to pay", () => {
  it("moves earlier sends to its time, when a worker next looks at the buyer", async () => {
    const { sent, at, drain, planned, record, sql } = await promising();
    await at(T0 + 10 * MINUTE);
    const [stored] = await sql`select id from cases`;
    expect(await record()).toEqual({
      kind: "recorded",
      caseId: stored?.id,
      orders: ["o1"],
      at: AT,
      manual: false,
      backAt: null,
      waiting: null,
      earlier: 1,
      closing: [],
    });
    await drain();
    expect(sent).toEqual([]);
    expect(await planned()).toEqual(["120 send nudge", "1410 send last-call"]);
    await at(AT - 1);
    await drain();
    expect(sent).toEqual([]);
    await at(AT);
    await drain();
    expect(sent).toMatchObject([{ step: "nudge", orders: ["o1"] }]);
  });

  it("holds for the whole case, also for an order that joins, and gives way to a later one", async () => {
    const { at, receive, drain, planned, record } = await promising();
    await record();
    await at(T0 + MINUTE);
    await receive(receivedEvent("e2", "order.created", T0 + MINUTE, { id: "o2" }));
    expect(await planned()).toEqual(["120 send nudge", "1410 send last-call"]);
    expect(await record({ order: "o2", at: T0 + HOUR })).toMatchObject({ kind: "recorded", orders: ["o1", "o2"] });
    await drain();
    expect(await planned()).toEqual(["60 send nudge", "1410 send last-call"]);
  });

  it("is refused when the buyer could not be reminded in time any more", async () => {
    const { record, sql } = await promising();
    const closesAt = T0 + 24 * HOUR;
    const latest = closesAt - 2 * MINUTE;
    for (const at of [latest + 1, closesAt, closesAt + DAY]) {
      const refused = await record({ at });
      expect(refused).toEqual({ kind: "too_late", at, closesAt, latest });
      if (refused.kind !== "too_late") return;
      expect(refusalText(refused, "Asia/Shanghai")).toBe(
        `the order closes at 2026-11-11T20:00:00+08:00, and ${formatInstant(at, 480)} ${at < closesAt ? "is less than 2m before that" : "is not before that"}: give a time until 2026-11-11T19:58:00+08:00, or have the close put off`,
      );
    }
    expect(await sql`select from cases where promise is not null`).toHaveLength(0);
    expect(await record({ at: latest })).toMatchObject({ kind: "recorded", earlier: 2 });
    const policies = { minLeadOf: () => 30 * MINUTE };
    expect(await recordPromise(sql, { ...promise, at: latest }, policies)).toMatchObject({ kind: "too_late" });
  });

  it("skips sends for an order that closes earlier", async () => {
    const { drain, planned, record, receive } = await promising();
    const closesAt = new Date(T0 + HOUR).toISOString();
    await receive(receivedEvent("e2", "order.created", T0, { id: "o2", closesAt }));
    const recorded = await record();
    expect(recorded).toMatchObject({ orders: ["o1", "o2"], closing: [{ order: "o2", closesAt: T0 + HOUR }] });
    if (recorded.kind !== "recorded") throw new Error(recorded.kind);
    expect(effectText(recorded, "Asia/Shanghai")).toBe(
      "No reminder of o1, o2 is sent before 2026-11-10T22:00:00+08:00. o2 closes at 2026-11-10T21:00:00+08:00: reminders due before 2026-11-10T22:00:00+08:00 that name it are skipped.",
    );
    await drain();
    expect(await planned()).toEqual(["10 promised nudge", "30 promised last-call"]);
  });

  it("says that a person's case gets no reminder, and when none was due", async () => {
    const { sql, record } = await promising();
    const effect = async (change: object = {}) => {
      const recorded = await record(change);
      return recorded.kind === "recorded" ? effectText(recorded, "UTC") : recorded.kind;
    };
    expect(await effect({ at: T0 + MINUTE })).toMatch(/ None was due earlier: what is planned stays as it is\.$/);
    await sql`update cases set manual = true, whole_reason = 'manual'`;
    expect(await effect()).toBe(
      "Recorded. A person takes care of o1: no reminder is sent, neither before 2026-11-10T14:00:00+00:00 nor after it.",
    );
    await sql`update cases set back_at = ${new Date(T0 + 30 * MINUTE)}`;
    expect(await effect()).toBe(
      "Recorded. A person takes care of o1 until 2026-11-10T12:30:00+00:00; then the reminders take over. None is sent before 2026-11-10T14:00:00+00:00.",
    );
    await sql`update cases set manual = false, whole_reason = 'no_campaign'`;
    expect(await effect()).toMatch(/^Recorded\. No reminder is planned for o1 at present \(no_campaign\)/);
  });

  it("takes a day as its end, and a clock, in the zone of the shop", async () => {
    const { sql } = await promising();
    const zoneOf = () => "Asia/Shanghai";
    const at = async (text: string) => {
      const recorded = await recordPromise(sql, { ...promise, at: parseWhen(text) ?? 0 }, { zoneOf });
      return "at" in recorded ? formatInstant(recorded.at, 480) : recorded.kind;
    };
    expect(await at("22:00")).toBe("2026-11-10T22:00:00+08:00");
    expect(await at("today")).toBe("2026-11-11T00:00:00+08:00");
  });

  it("stays with the case when its buyers prove to be one", async () => {
    const { at, receive, drain, planned, record } = await promising();
    const other = { id: "b2", phone: "+8613912345678" };
    await receive(receivedEvent("e2", "order.created", T0, { id: "o2", buyer: other }));
    await record();
    await at(T0 + MINUTE);
    await record({ order: "o2", at: T0 + HOUR });
    await receive(
      receivedEvent("e3", "order.updated", T0 + MINUTE, { id: "o2", buyer: { id: "b1", phone: other.phone } }),
    );
    await drain();
    expect(await planned()).toEqual(["60 send nudge", "1410 send last-call"]);
  });

  it("is shown by explain, with its move", async () => {
    const { database, drain, record } = await promising();
    await record({ reason: "pays from +8613812345678 tonight" });
    await drain();
    const zoneOf = () => "Asia/Shanghai";
    const story = await explainOrder({ sql: database.sql, zoneOf }, { shop: "acme", order: "o1" });
    if (story === null) throw new Error("no story");
    expect(storyJson(story).cases).toMatchObject([
      { promise: { at: "2026-11-10T22:00:00+08:00", recordedAt: "2026-11-10T20:00:00+08:00", by: "Li" } },
    ]);
    const text = storyText(story);
    expect(text).toMatch(/the buyer promised to pay at 2026-11-10T22:00:00\+08:00: pays from .* \(recorded .* by Li\)/);
    expect(text).not.toContain("13812345678");
    expect(text).toContain("moved from 20:10 to 22:00: the buyer promised to pay by then");
  });

  it("needs a time to come, a known order, and an open case", async () => {
    const { at, receive, record, sql } = await promising();
    expect(await record({ at: T0 })).toEqual({ kind: "past", at: T0, now: T0 });
    expect(await record({ order: "o9" })).toEqual({ kind: "unknown_order" });
    await receive(receivedEvent("e8", "order.updated", T0, { id: "o8", buyer: undefined }));
    expect(await record({ order: "o8" })).toEqual({ kind: "no_open_case" });
    await at(T0 + MINUTE);
    await receive(receivedEvent("e2", "order.paid", T0 + MINUTE));
    expect(await record()).toEqual({ kind: "no_open_case" });
    expect(await sql`select promise from cases`).toEqual([{ promise: null }]);
  });

  it("is kept until its case ends, and after", async () => {
    const { at, receive, drain, sent, record, sql } = await promising();
    await record();
    await at(T0 + MINUTE);
    await receive(
      receivedEvent("e2", "order.paid", T0 + MINUTE),
      receivedEvent("e3", "order.created", T0 + MINUTE, { id: "o2" }),
    );
    expect(await sql`select promise is not null as promised, ended_at is null as open from cases order by id`).toEqual([
      { promised: true, open: false },
      { promised: false, open: true },
    ]);
    await drain();
    expect(sent).toEqual([]);
  });
});
