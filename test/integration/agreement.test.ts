/**
 * The live service and the rehearsal say the same of the same events, row by row: what is sent to whom, when, in which words, over which
 * channel, and what is skipped and why. AGREEMENT_SEED runs a reported seed again.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { lived } from "../support/agreement/live.ts";
import { catalogOf, rehearsed } from "../support/agreement/rehearsed.ts";
import { byShop, type Row } from "../support/agreement/rows.ts";
import { type Shape, scenarioArb, scenarioOf } from "../support/agreement/scenarios.ts";
import { simpler } from "../support/agreement/simpler.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

/** Around changes of clocks, and far from them. */
const STARTS = ["2026-03-08T00:00:00Z", "2026-10-24T20:00:00Z", "2026-10-03T10:00:00Z", "2026-11-10T12:00:00Z"];
const EACH = Number(process.env.AGREEMENT_SCENARIOS ?? 500);
const SEED = Number(process.env.AGREEMENT_SEED ?? Date.now() % 1_000_000);

type Difference = {
  readonly shape: Shape;
  readonly events: readonly unknown[];
  readonly live: readonly string[];
  readonly rehearsed: readonly string[];
};

type Compared = { readonly rows: readonly Row[]; readonly differences: readonly Difference[] };

async function compare(database: TestDatabase, shapes: readonly Shape[], start: number): Promise<Compared> {
  const scenarios = shapes.map((shape, index) => scenarioOf(shape, `s${index}`, start));
  const catalog = catalogOf(scenarios);
  const rows = await lived(database, scenarios, catalog).catch((error: unknown) => {
    console.error(error);
    return error;
  });
  if (!Array.isArray(rows)) return halves(database, shapes, start, rows);
  const live = byShop(rows);
  const planned = byShop(rehearsed(scenarios, catalog));
  const differences: Difference[] = [];
  for (const [index, { shop, events }] of scenarios.entries()) {
    const [ours, theirs] = [live.get(shop.id) ?? [], planned.get(shop.id) ?? []];
    const shape = shapes[index];
    if (shape === undefined || ours.join("\n") === theirs.join("\n")) continue;
    differences.push({ shape, events: events.map(({ event }) => event), live: ours, rehearsed: theirs });
  }
  return { rows, differences };
}

/** Something broke the live service: which of them was it? */
async function halves(
  database: TestDatabase,
  shapes: readonly Shape[],
  start: number,
  error: unknown,
): Promise<Compared> {
  const [first] = shapes;
  if (first === undefined) throw error;
  if (shapes.length === 1) {
    const events = scenarioOf(first, "s0", start).events.map(({ event }) => event);
    return { rows: [], differences: [{ shape: first, events, live: [String(error)], rehearsed: [] }] };
  }
  const half = shapes.length >> 1;
  const one = await compare(database, shapes.slice(0, half), start);
  return one.differences.length > 0 ? one : compare(database, shapes.slice(half), start);
}

/** The smallest scenario found that still differs. */
async function shrink(database: TestDatabase, found: Difference, start: number): Promise<Difference> {
  for (let smallest = found; ; ) {
    const [smaller] = (await compare(database, simpler(smallest.shape), start)).differences;
    if (smaller === undefined) return smallest;
    smallest = smaller;
  }
}

it.each(STARTS)("agree on what starts at %s", { timeout: 300_000 }, async (from) => {
  const start = Date.parse(from);
  const database = await testDatabase();
  const { rows, differences } = await compare(database, fc.sample(scenarioArb, { numRuns: EACH, seed: SEED }), start);
  const [first] = differences;
  if (first !== undefined) {
    const { shape, ...smallest } = await shrink(database, first, start);
    expect(
      smallest.live,
      `seed ${SEED}, ${differences.length} differ\n${JSON.stringify({ ...smallest, shop: shape.shop, campaigns: shape.campaigns }, null, 1)}`,
    ).toEqual(smallest.rehearsed);
  }
  // What is never sent, or never skipped for a reason, is not compared.
  console.log(rows.length);
});
