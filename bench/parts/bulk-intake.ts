/** Part 1: orders taken in over HTTP in arrays of a thousand, until all are answered with 202. */
import { forkChild } from "../harness/child.ts";
import { startDunlin } from "../harness/dunlin.ts";
import { describeSpeeds, median, perSecond, ratio } from "../harness/measure.ts";
import { analysesSince, countAnalyses } from "../harness/meter.ts";
import { bodiesOf, createdEvents, postAll } from "../harness/orders.ts";
import type { Part } from "../harness/part.ts";
import { type Bench, settleDisk } from "../harness/servers.ts";
import { compare, number, round } from "../harness/table.ts";

type BulkIntake = {
  readonly perSecond: number;
  readonly vsFloor: number;
  readonly vsPeer: number;
  readonly floorPerSecond: number;
  readonly peerPerSecond: number;
  /** Rows of one round, by table. */
  readonly rows: Readonly<Record<string, number>>;
};

export const bulkIntake: Part<BulkIntake> = {
  name: "bulkIntake",
  usual: true,
  run,
  json: ({ perSecond: speed, vsFloor, vsPeer }) => ({
    perSecond: round(speed),
    vsFloor: round(vsFloor, 3),
    vsPeer: round(vsPeer, 2),
  }),
  lines: ({ perSecond: speed, vsFloor, vsPeer, floorPerSecond, peerPerSecond }) => [
    { what: "bulk intake", measured: `${number(speed)} orders/s`, against: "HTTP, arrays of 1,000, four at a time" },
    compare("  floor F", vsFloor, "≥ 0.4", `${number(floorPerSecond)}/s: the same rows, plain unnest`),
    compare("  peer", vsPeer, "≥ 5.5", `${number(peerPerSecond)}/s: a job an order, a statement a step`),
  ],
};

async function run(bench: Bench): Promise<BulkIntake> {
  const count = bench.quick ? 4_000 : 20_000;
  // Its speed does not hang on how many there are; on PostgreSQL it would take minutes for as many.
  const peerCount = bench.quick ? 1_000 : bench.backend === "redis" ? 10_000 : 3_000;
  const dunlin = await startDunlin(bench, ["api"]);
  const floor = forkChild(new URL("../floors/rows.ts", import.meta.url));
  const peer = forkChild(new URL("../peers/shop.ts", import.meta.url));
  try {
    await floor.call("open", { databaseUrl: bench.databaseUrl });
    await peer.call("open", { databaseUrl: bench.databaseUrl, queueUrl: bench.queueUrl, url: "" });
    const measureRound = async (shop: string, orders: number, peerOrders: number) => {
      const events = createdEvents(orders, () => ({ shop, createdAt: Date.now() }));
      const bodies = bodiesOf(events);
      await settleDisk(bench.sql);
      const analysed = await countAnalyses(bench.sql);
      const ours = perSecond(orders, await postAll(dunlin.url, bodies, orders));
      const during = analysesSince(analysed, await countAnalyses(bench.sql));
      const rows = await floor.call<Record<string, number>>("prepare", { shop, size: 1_000 });
      const floored = perSecond(orders, await floor.call<number>("write"));
      const peered = perSecond(peerOrders, await peer.call<number>("takeIn", { events: events.slice(0, peerOrders) }));
      return { ours, floored, peered, rows, during };
    };
    await measureRound("warm", bench.quick ? 4_000 : 20_000, Math.ceil(peerCount / 2));
    // The new rows have no statistics yet, on either side.
    await bench.sql`analyze`;
    const rounds: Awaited<ReturnType<typeof measureRound>>[] = [];
    for (let n = 1; n <= bench.rounds; n++) {
      const measured = await measureRound(`r${n}`, count, peerCount);
      const { ours, floored, peered, during } = measured;
      bench.note(
        `bulkIntake ${n}/${bench.rounds}: ${describeSpeeds({ ours, floor: floored, peer: peered })} orders/s${during}`,
      );
      rounds.push(measured);
    }
    const ours = rounds.map((each) => each.ours);
    const floors = rounds.map((each) => each.floored);
    const peers = rounds.map((each) => each.peered);
    return {
      perSecond: median(ours),
      vsFloor: ratio(ours, floors),
      vsPeer: ratio(ours, peers),
      floorPerSecond: median(floors),
      peerPerSecond: median(peers),
      rows: rounds.at(-1)?.rows ?? {},
    };
  } finally {
    await Promise.all([dunlin.end(), floor.end(), peer.end()]);
  }
}
