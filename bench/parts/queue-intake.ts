/** Part 2: events over the queue `orders`, one a job, added in bulk and taken in until all are committed. */
import { DUNLIN_NODE_ARGS, forkChild } from "../harness/child.ts";
import { describeSpeeds, median, perSecond, ratio } from "../harness/measure.ts";
import { analysesSince, countAnalyses } from "../harness/meter.ts";
import { mixedEvents } from "../harness/orders.ts";
import type { Part } from "../harness/part.ts";
import type { Bench } from "../harness/servers.ts";
import { compare, number, round } from "../harness/table.ts";

type QueueIntake = {
  readonly perSecond: number;
  readonly vsNoop: number;
  readonly vsPeer: number;
  readonly noopPerSecond: number;
  readonly peerPerSecond: number;
};

export const queueIntake: Part<QueueIntake> = {
  name: "queueIntake",
  usual: true,
  run,
  json: ({ perSecond: speed, vsNoop, vsPeer }) => ({
    perSecond: round(speed),
    vsNoop: round(vsNoop, 3),
    vsPeer: round(vsPeer, 2),
  }),
  lines: ({ perSecond: speed, vsNoop, vsPeer, noopPerSecond, peerPerSecond }, backend) => [
    {
      what: "queue intake",
      measured: `${number(speed)} events/s`,
      against: "one event a job; one in four is a payment",
    },
    compare(
      "  floor Q",
      vsNoop,
      backend === "redis" ? "≥ 0.42" : "",
      `${number(noopPerSecond)}/s: no-op add + process`,
    ),
    compare("  peer", vsPeer, "", `${number(peerPerSecond)}/s`),
  ],
};

async function run(bench: Bench): Promise<QueueIntake> {
  const redis = bench.backend === "redis";
  const count = redis ? (bench.quick ? 4_000 : 20_000) : bench.quick ? 1_000 : 5_000;
  const peerCount = redis ? (bench.quick ? 1_000 : 10_000) : bench.quick ? 500 : 2_500;
  const ours = forkChild(new URL("../harness/orders-worker.ts", import.meta.url), bench.env, DUNLIN_NODE_ARGS);
  const noop = forkChild(new URL("../floors/noop-queue.ts", import.meta.url));
  const peer = forkChild(new URL("../peers/shop.ts", import.meta.url));
  const { databaseUrl, queueUrl } = bench;
  try {
    await Promise.all([
      ours.call("open"),
      noop.call("open", { queueUrl }),
      peer.call("open", { databaseUrl, queueUrl, url: "" }),
    ]);
    const speeds: { ours: number; noop: number; peer: number }[] = [];
    for (let n = 0; n <= bench.rounds; n++) {
      const events = mixedEvents(count, `q${n}`, Date.now());
      const take = async (child: typeof ours, some = events) =>
        perSecond(some.length, await child.call<number>("takeIn", { events: some }));
      const analysed = await countAnalyses(bench.sql);
      const oursSpeed = await take(ours);
      const during = analysesSince(analysed, await countAnalyses(bench.sql));
      const speed = {
        ours: oursSpeed,
        noop: await take(noop),
        peer: await take(peer, mixedEvents(peerCount, `q${n}`, Date.now())),
      };
      // The first round only warms up.
      if (n === 0) await bench.sql`analyze`;
      else {
        bench.note(`queueIntake ${n}/${bench.rounds}: ${describeSpeeds(speed)} events/s${during}`);
        speeds.push(speed);
      }
    }
    const column = (name: "ours" | "noop" | "peer") => speeds.map((each) => each[name]);
    return {
      perSecond: median(column("ours")),
      vsNoop: ratio(column("ours"), column("noop")),
      vsPeer: ratio(column("ours"), column("peer")),
      noopPerSecond: median(column("noop")),
      peerPerSecond: median(column("peer")),
    };
  } finally {
    await Promise.all([ours.end(), noop.end(), peer.end()]);
  }
}
