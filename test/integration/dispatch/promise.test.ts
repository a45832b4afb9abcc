import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { recordPromise } from "../../../src/followup/promise.ts";
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
    expect(await record()).toEqual({ kind: "recorded", caseId: stored?.id, orders: ["o1"] });
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

  it("skips sends that would come too late then", async () => {
    const { drain, planned, record } = await promising();
    await record({ at: T0 + 24 * HOUR - MINUTE });
    await drain();
    expect(await planned()).toEqual(["10 promised nudge", "1410 promised last-call"]);
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
    expect(await record({ at: T0 })).toEqual({ kind: "past", now: T0 });
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
    expect(await sql`select promise ->> 'by' as by, ended_at is null as open from cases order by id`).toEqual([
      { by: "Li", open: false },
      { by: null, open: true },
    ]);
    await drain();
    expect(sent).toEqual([]);
  });
});
