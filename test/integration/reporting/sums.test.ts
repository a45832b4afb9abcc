/**
 * The sums of reports, over generated histories: made from changes as they came, they are those made from all rows, and a report has the same
 * figures from either. SUMS_SEED runs a reported seed again, SUMS_RUNS more histories.
 */
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Dimension } from "../../../src/core/measure/dimensions.ts";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { parseWhen } from "../../../src/core/values/when.ts";
import { connect, type Sql } from "../../../src/db/client.ts";
import { foldChanges } from "../../../src/db/stores/reads/sums/fold-store.ts";
import { reportJson } from "../../../src/reporting/format-report.ts";
import { recoveryReport } from "../../../src/reporting/recovery.ts";
import { keepExposureSums, keepSums, rebuildSums } from "../../../src/reporting/report/sums.ts";
import { lockTable } from "../../support/database.ts";
import { exposed } from "../../support/exposures.ts";
import { historyArb, lived, zoneOf } from "../../support/report-histories.ts";
import { reportFacts } from "../../support/reporting.ts";
import { T0 } from "../../support/rules.ts";

const SEED = Number(process.env.SUMS_SEED ?? Math.floor(Math.random() * 1_000_000));
const RUNS = Number(process.env.SUMS_RUNS ?? 4);
const MOST_MORE = 20;
const GROUPINGS: readonly (readonly Dimension[])[] = [
  [],
  ["day"],
  ["hour"],
  ["campaign", "version"],
  ["step", "variant"],
  ["shop", "day", "campaign"],
];

const note = (seen: Set<string>, figures: object): void => {
  for (const [name, value] of Object.entries(figures))
    if (Number(Array.isArray(value) ? value.length : value) > 0) seen.add(name);
};
const USUAL = ["cost", "failed", "holdoutBuyers", "orders", "sent", "treatedBuyers", "unknown"];

/** The stored sums, without rows that are left with zeros. */
async function sumsOf(sql: Sql): Promise<unknown[]> {
  const hours = await sql<Record<string, unknown>[]>`
    select * from report_hours order by shop_id, at, campaign, campaign_version, step, variant, cost_currency`;
  const keys = ["shop_id", "at", "campaign", "campaign_version", "step", "variant", "cost_currency"];
  const days = await sql`
    select * from exposure_sums order by shop_id, day, campaign, campaign_version, share, held, variant, previous_day, currency`;
  const counted = hours.filter((row) =>
    Object.entries(row).some(([name, value]) => !keys.includes(name) && Number(value) !== 0),
  );
  return [...counted, ...days];
}

/** The report by sums, and by all rows: as if the shops had been summed in another zone. */
async function bothWays(sql: Sql, input: Parameters<typeof recoveryReport>[1], zones = zoneOf) {
  const summed = await recoveryReport({ sql }, { ...input, zoneOf: zones });
  const stored = await sql<{ shop: string; zone: string }[]>`select shop_id as shop, zone from report_zones`;
  await sql`update report_zones set zone = 'Pacific/Kiritimati'`;
  const counted = await recoveryReport({ sql }, { ...input, zoneOf: zones });
  for (const { shop, zone } of stored) await sql`update report_zones set zone = ${zone} where shop_id = ${shop}`;
  return [summed, counted].map(({ rows, totals, variants }) => ({ rows, totals, variants }));
}

describe("the sums of reports", () => {
  it("are those of all rows, however they came about", { timeout: 600_000 }, async () => {
    const seen = new Set<string>();
    const holds = fc.asyncProperty(historyArb, async (history) => {
      const { sql, now, sums, at } = await lived(history);
      await keepSums(sums);
      const open = parseWhen("today");
      for (const later of [now, now + 3 * DAY]) {
        await at(later);
        await keepExposureSums(sums);
        const hour = Math.floor(now / HOUR) * HOUR;
        for (const by of GROUPINGS)
          for (const period of [
            {},
            { from: open },
            { from: hour - 30 * HOUR, to: hour - HOUR },
            { from: hour - 7 * MINUTE },
          ]) {
            const [summed, counted] = await bothWays(sql, { by, ...period });
            note(seen, summed?.totals ?? {});
            expect(summed, `by ${by.join() || "nothing"} in ${JSON.stringify(period)}`).toEqual(counted);
          }
        await keepSums(sums);
        const incremental = await sumsOf(sql);
        await rebuildSums(sums);
        expect(incremental).toEqual(await sumsOf(sql));
      }
    });
    await fc.assert(holds, { seed: SEED, numRuns: RUNS, endOnFailure: true });
    // Few histories may lack one of the figures: more are lived until each was there.
    for (let more = 1; more <= MOST_MORE && !USUAL.every((figure) => seen.has(figure)); more++)
      await fc.assert(holds, { seed: SEED + more, numRuns: 1, endOnFailure: true });
    expect([...seen], `seed ${SEED}`).toEqual(expect.arrayContaining(USUAL));
  });

  it("are exact beyond 2^53", async () => {
    const { sql, order, sent, paid } = await reportFacts();
    const big = "90071992547409.91";
    for (const [n, id] of ["o1", "o2", "o3"].entries()) {
      await order(id, T0 + n, { amount: big });
      await sent({ order: id, step: "nudge", at: T0 + 10 * MINUTE, micros: Number.MAX_SAFE_INTEGER, currency: "CNY" });
      await paid(id, T0 + HOUR);
    }
    await keepSums({ sql, zoneOf });
    const [summed, counted] = await bothWays(sql, { by: ["day"] });
    expect(summed).toEqual(counted);
    expect(summed?.totals.recoveredAmount).toEqual([{ amount: 27_021_597_764_222_973n, currency: "CNY" }]);
    expect(reportJson(await recoveryReport({ sql }, { by: [] })).totals.recoveredAmount).toEqual([
      { amount: "270215977642229.73", currency: "CNY" },
    ]);
  });

  it("of a shop that cannot be made keep no other one waiting, and nothing that takes long has the limits of upkeep", async () => {
    const facts = await reportFacts();
    const { sql, database } = facts;
    for (const shop of ["acme", "bad", "zen"]) await facts.order("o1", T0, {}, shop);
    const failures: string[] = [];
    const limited = connect(database.url, { max: 2, limits: { statementMs: 1_000, lockMs: 50 }, silenceMs: 2_000 });
    const slow = connect(database.url, { max: 1, applicationName: "test slow" });
    for (const each of [limited, slow]) onTestFinished(() => each.close(0));
    const deps = {
      ...{ sql: limited.sql, slow: slow.sql, zoneOf: (shop: string) => (shop === "bad" ? "No/Zone" : "UTC") },
      failed: (_: unknown, shop: string) => failures.push(shop),
    };
    const letGo = await lockTable(database.url, "orders");
    const kept = keepSums(deps);
    const waits =
      () => sql`select from pg_stat_activity where application_name = 'test slow' and wait_event_type = 'Lock'
      and datname = current_database()`;
    while ((await waits()).length === 0);
    // Meanwhile another process leaves its changes for later.
    expect(await foldChanges(limited.sql, [], 10)).toBe(0);
    await letGo();
    expect(await kept).toBe(2);
    expect(failures).toEqual(["bad"]);
    expect(await sql`select shop_id from report_zones order by 1`).toMatchObject([
      { shop_id: "acme" },
      { shop_id: "zen" },
    ]);
    expect(await keepSums({ ...deps, isStopping: () => true })).toBe(0);
  });

  it("find a change that is committed late", async () => {
    const facts = await reportFacts();
    const sums = { ...facts, zoneOf };
    await facts.order("o1", T0);
    await keepSums(sums);
    const orders = () => facts.sql<{ orders: number }[]>`select sum(orders)::int as orders from report_hours`;
    const held = connect(facts.database.url, { max: 1 });
    onTestFinished(() => held.close(0));
    await held.sql.begin(async (tx) => {
      await tx`update orders set counted_for = 'other' where id = 'o1'`;
      await facts.order("o2", T0);
      await keepSums(sums);
      expect(await orders()).toEqual([{ orders: 2 }]);
      expect((await recoveryReport(sums, { by: [] })).totals.orders).toBe(2);
    });
    const campaigns = async () =>
      (await recoveryReport(sums, { by: ["campaign"] })).rows.map(({ keys, orders }) => [keys.campaign, orders]);
    const both = [
      ["default", 1],
      ["other", 1],
    ];
    expect(await campaigns()).toEqual(both);
    await keepSums(sums);
    expect(await facts.sql`select from report_changes`).toHaveLength(0);
    expect(await campaigns()).toEqual(both);
  });

  it.each([
    ["America/Havana", "2026-11-01T04:00:00Z"],
    ["Atlantic/Azores", "2026-10-25T00:00:00Z"],
  ])("have the day of %s whose midnight comes twice", async (zone, midnight) => {
    const start = Date.parse(midnight);
    const { sql, database, order } = await reportFacts();
    await order("o1", start);
    for (const [n, at] of [-DAY, -HOUR, -1, 0, 30 * MINUTE, HOUR, 90 * MINUTE, 25 * HOUR - 1, 25 * HOUR].entries())
      await exposed(sql, { at: start + at, buyers: n + 1, paid: 1, held: n % 2 === 0 });
    await sql`
      insert into exposures (shop_id, case_id, campaign, buyer_id, campaign_version, share, held, at, window_ms, orders, amounts, currencies, previous_at)
      select shop_id, gen_random_uuid(), campaign, buyer_id, campaign_version, share, held, ${new Date(start + 2 * HOUR)}, window_ms, orders, amounts, currencies, at
      from exposures where at = ${new Date(start + 30 * MINUTE)}`;
    await database.setNow(start + 5 * DAY);
    const sums = { sql, zoneOf: () => zone };
    await keepSums(sums);
    await keepExposureSums(sums);
    const starts = await sql<{ day: number }[]>`select distinct day from exposure_sums order by 1`;
    expect(starts.map(({ day }) => day)).toEqual([start - DAY, start, start + 25 * HOUR]);
    // Written again: its day is counted from its rows until it is summed.
    await sql`update exposures set paid = null where at = ${new Date(start + 30 * MINUTE)}`;
    for (const summed of [false, true]) {
      if (summed) await keepExposureSums(sums);
      for (const by of [[], ["day"]] as const)
        for (const period of [
          {},
          { from: parseWhen(midnight.slice(0, 10)) },
          { from: start, to: start + 25 * HOUR },
          { from: start + HOUR, to: start + 25 * HOUR },
        ]) {
          const [first, second] = await bothWays(sql, { by, ...period }, () => zone);
          expect(first, JSON.stringify(period)).toEqual(second);
        }
    }
  });

  it("follow the shop into another zone", async () => {
    const facts = await reportFacts();
    await facts.order("o1", Date.parse("2026-11-10T20:00:00Z"));
    const days = async (zone: string) => {
      const report = await recoveryReport(facts, { by: ["day"], zoneOf: () => zone });
      return report.rows.filter(({ orders }) => orders === 1).map(({ keys }) => keys.day);
    };
    const hours = () => facts.sql<{ at: number }[]>`select at from report_hours where orders = 1`;
    for (const [zone, day, hour] of [
      ["UTC", "2026-11-10", "2026-11-10T20:00:00Z"],
      ["Asia/Shanghai", "2026-11-11", "2026-11-10T20:00:00Z"],
      ["Asia/Kathmandu", "2026-11-11", "2026-11-10T19:15:00Z"],
    ] as const) {
      expect(await days(zone)).toEqual([day]);
      expect(await keepSums({ ...facts, zoneOf: () => zone })).toBe(1);
      expect(await days(zone)).toEqual([day]);
      expect((await hours()).map(({ at }) => new Date(at).toISOString())).toEqual([new Date(hour).toISOString()]);
    }
    expect(await keepSums({ ...facts, zoneOf: () => "Asia/Kathmandu" })).toBe(0);
  });
});
