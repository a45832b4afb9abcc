/**
 * Ideas that make a message or an order cheaper in one place, and were left out: each is gone in turn with what Dunlin does, over the same
 * tables, on a PostgreSQL of the benchmark's own. It shows what an idea saves where it saves, and what it costs elsewhere.
 */

import { costAsJson, describeCost } from "../harness/cost-of-one.ts";
import type { Part } from "../harness/part.ts";
import type { Bench } from "../harness/servers.ts";
import { compareConnections, FEW } from "../ideas/connections.ts";
import { insertDocument, readDocument, updateDocument } from "../ideas/document.ts";
import { type Compared, type Idea, openLane } from "../ideas/lane.ts";
import { nextRow } from "../ideas/next-row.ts";
import { recordAlone } from "../ideas/record.ts";

type Result = Pick<Idea, "name" | "today" | "tried"> & { readonly found: Compared };

/** In this order: `nextRow` leaves rows in the cases, by which `recordAlone` would have fewer reminders to claim. */
const IN_A_LANE: readonly Idea[] = [readDocument, insertDocument, updateDocument, recordAlone, nextRow];

export const ideas: Part<readonly Result[]> = {
  name: "ideas",
  run,
  json: (results) =>
    Object.fromEntries(
      results.map(({ name, found: { today, tried } }) => [
        name,
        { today: today && costAsJson(today), tried: costAsJson(tried) },
      ]),
    ),
  lines: (results) =>
    results.flatMap(({ name, today, tried, found }) => [
      ...(found.today === null
        ? []
        : [{ what: name, measured: "today", against: `${today}: ${describeCost(found.today)}` }]),
      { what: found.today === null ? name : "", measured: "tried", against: `${tried}: ${describeCost(found.tried)}` },
    ]),
};

async function run(given: Bench): Promise<readonly Result[]> {
  if (process.platform !== "linux") throw new Error("the part `ideas` reads /proc and runs on Linux only");
  const bench = await given.ownServer();
  const results: Result[] = [];
  const lane = await openLane(bench, bench.quick ? 6_000 : 40_000);
  try {
    for (const { name, today, tried, run: compare } of IN_A_LANE) {
      results.push({ name, today, tried, found: await compare(lane) });
      bench.note(`ideas: ${name}`);
    }
  } finally {
    await lane.close();
  }
  const found = await compareConnections(bench, bench.quick ? 3_000 : 10_000);
  results.push({ name: "connections", today: "128 connections to the provider", tried: `${FEW} connections`, found });
  return results;
}
