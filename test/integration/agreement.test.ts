/**
 * Runs generated scenarios through the live service and through the rehearsal, and compares them row by row: recipient, time, text and
 * channel of each send, and the reason of each skip. AGREEMENT_SEED runs a reported seed again.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { lived } from "../support/agreement/live.ts";
import { PAST } from "../support/agreement/past.ts";
import { CHANNELS, catalogOf, rehearsed } from "../support/agreement/rehearsed.ts";
import { byShop, type Row } from "../support/agreement/rows.ts";
import { type Shape, scenarioArb, scenarioOf } from "../support/agreement/scenarios.ts";
import { simpler } from "../support/agreement/simpler.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

/** Around changes of clocks, and far from them. */
const STARTS = ["2026-03-08T00:00:00Z", "2026-10-24T20:00:00Z", "2026-10-03T10:00:00Z", "2026-11-10T12:00:00Z"];
const EACH = 550;
const SEED = Number(process.env.AGREEMENT_SEED ?? Math.floor(Math.random() * 1_000_000));

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
  const rows = await lived(database, scenarios, catalog).catch((error: unknown) => error);
  if (!Array.isArray(rows)) return bisect(database, shapes, start, rows);
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

/** A scenario broke the live service: bisects to find which. */
async function bisect(
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

/** Every outcome that events alone can have. Suppressions, promises and failing providers are not among them. */
const OUTCOMES =
  `cap closed excluded gap holdout manual no_campaign no_contact no_time paid paid_other_order quiet_hours recent refunded
  send stale superseded`.split(/\s+/);

it.each(PAST)("agree where they once differed: $about", async ({ about: _about, ...shape }) => {
  const { differences } = await compare(await testDatabase(), [shape], Date.parse(STARTS[0] ?? ""));
  expect(differences).toEqual([]);
});

it("agree on what is sent and skipped, when, to whom and why", { timeout: 600_000 }, async () => {
  const database = await testDatabase();
  const outcomes = new Set<string>();
  const messages = new Set<string>();
  for (const [index, from] of STARTS.entries()) {
    const start = Date.parse(from);
    const shapes = fc.sample(scenarioArb, { numRuns: EACH, seed: SEED + index });
    const { rows, differences } = await compare(database, shapes, start);
    const [first] = differences;
    if (first !== undefined) {
      const { shape, ...smallest } = await shrink(database, first, start);
      const text = JSON.stringify({ ...smallest, shop: shape.shop, campaigns: shape.campaigns }, null, 1);
      expect(smallest.live, `seed ${SEED}, ${differences.length} differ; of one:\n${text}`).toEqual(smallest.rehearsed);
    }
    for (const { reason, variant } of rows) outcomes.add(reason ?? "send").add(variant ?? "send");
    for (const { channel, text } of rows)
      if (channel !== null) messages.add(text === "" ? `${channel}, no text` : channel);
  }
  // An outcome that never occurs is not compared.
  expect([...outcomes].sort()).toEqual([...OUTCOMES, "a", "b"].sort());
  expect([...messages].sort()).toEqual([...CHANNELS.map(({ name }) => name), "call, no text"].sort());
  const handedBack = await database.sql`
    select from cases c where not manual and manual_at is not null
      and exists (select from reminders r where r.case_id = c.id and r.state = 'sent')`;
  // Their number depends on the seed: about a dozen.
  expect(handedBack.length).toBeGreaterThan(1);
});
