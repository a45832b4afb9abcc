import { describe, expect, it } from "vitest";
import type { Dimension } from "../../../src/core/measure/dimensions.ts";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import type { Campaign } from "../../../src/core/values/policy.ts";
import { explainOrder } from "../../../src/reporting/explain.ts";
import type { Figures } from "../../../src/reporting/figures.ts";
import { storyText } from "../../../src/reporting/format-explain.ts";
import { recoveryReport } from "../../../src/reporting/recovery.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { afterCreated, beforeClose } from "../../support/rules.ts";

const steps = [afterCreated("nudge", 10 * MINUTE, ["sms"]), beforeClose("last-call", 30 * MINUTE, ["sms"])];
const MANUAL = { amountAtLeast: "100", handBackAfter: 2 * HOUR };

async function dear(manual: Campaign["manual"] = MANUAL) {
  const setup = await dispatchSetup({ campaign: { steps, manual } });
  const { sql } = setup.database;
  await setup.at(T0);
  await setup.receive(receivedEvent("e1", "order.created", T0));
  const rows = async () => {
    const found = await sql<{ step: string; kind: string; reason: string | null; state: string; at: number }[]>`
      select step, kind, reason, state, coalesce(decided_at, due_at) as at from reminders order by at`;
    return found.map(
      ({ step, kind, reason, state, at }) => `${(at - T0) / MINUTE} ${state} ${reason ?? kind} ${step ?? "case"}`,
    );
  };
  const story = async () => {
    const found = await explainOrder({ sql }, { shop: "acme", order: "o1" });
    return found === null ? "" : storyText(found);
  };
  return { ...setup, sql, rows, story };
}

const HANDED_BACK = ["120 skipped stale nudge", "1410 planned send last-call"];

describe("a person's case", () => {
  it("goes back to the reminders by itself, and its story says so", async () => {
    const { at, drain, rows, sql, story } = await dear();
    expect(await rows()).toEqual([]);
    expect(await sql`select from buyers where wake_at = ${new Date(T0 + 2 * HOUR)}`).toHaveLength(1);
    expect(await story()).toMatch(/in a person's hands since .*; goes back to the reminders at /);
    await at(T0 + 2 * HOUR - 1);
    await drain();
    expect(await rows()).toEqual([]);
    await at(T0 + 2 * HOUR);
    await drain();
    expect(await rows()).toEqual(HANDED_BACK);
    expect(await story()).toMatch(/in a person's hands since .*; given back to the reminders at /);
    expect(await sql`select manual, manual_at, back_at from cases`).toEqual([
      { manual: false, manual_at: T0, back_at: T0 + 2 * HOUR },
    ]);
  });

  it("is not a person's again, also for another process", async () => {
    const { at, drain, receive, rows } = await dear();
    await at(T0 + 2 * HOUR);
    await drain();
    await receive(receivedEvent("e2", "order.updated", T0 + 2 * HOUR, { amount: "9000.00" }));
    expect(await rows()).toEqual(HANDED_BACK);
  });

  it("stays one with `never`, until a new version of its campaign says otherwise", async () => {
    const { at, drain, policy, rows, sql, story } = await dear({ ...MANUAL, handBackAfter: null });
    await at(T0 + 12 * HOUR);
    await drain();
    expect(await rows()).toEqual([]);
    expect(await story()).toMatch(/in a person's hands since .*, and not given back to the reminders/);
    Object.assign(policy, { campaigns: policy.campaigns.map((each) => ({ ...each, version: "2", manual: MANUAL })) });
    await sql`update buyers set touched = true, wake_at = dunlin_now()`;
    await drain();
    expect(await rows()).toEqual(["720 skipped stale nudge", "1410 planned send last-call"]);
  });

  it("of an earlier version of Dunlin goes back when it is next looked at", async () => {
    const { at, drain, rows, sql } = await dear();
    await sql`update cases set back_at = null`;
    await at(T0 + 3 * HOUR);
    await sql`update buyers set touched = true, wake_at = dunlin_now()`;
    await drain();
    expect(await rows()).toEqual(["180 skipped stale nudge", "1410 planned send last-call"]);
  });

  it("that ends before is a whole-case row, and its story says how long a person had it", async () => {
    const { at, drain, rows, story } = await dear({ ...MANUAL, handBackAfter: 2 * DAY });
    await at(T0 + DAY);
    await drain();
    expect(await rows()).toEqual([expect.stringMatching(/ skipped manual case$/)]);
    expect(await story()).toMatch(/in a person's hands since .* until it ended/);
  });

  it("is counted in the report, as waiting until it is handed back", async () => {
    const { at, drain, sql } = await dear();
    const of = async (by: readonly Dimension[] = []) => {
      const { rows, totals } = await recoveryReport({ sql }, { by, from: null, to: null });
      const figures = ({ cases, manualCases, manualWaiting }: Figures) => [cases, manualCases, manualWaiting];
      return [...rows.map(figures), figures(totals)];
    };
    expect(await of()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
    // No reminder yet, so no row by step.
    expect(await of(["step"])).toEqual([[1, 1, 1]]);
    await at(T0 + 2 * HOUR);
    await drain();
    expect(await of(["campaign"])).toEqual([
      [1, 1, 0],
      [1, 1, 0],
    ]);
    // Cases have no reason: the rows are of their reminders.
    expect(await of(["reason"])).toEqual([
      [null, null, null],
      [null, null, null],
      [1, 1, 0],
    ]);
  });
});
