/**
 * Part 3: reminders that all fall due at one moment, to a provider in another process. The time runs from the first message to
 * the last, as the provider saw them.
 */
import { join } from "node:path";
import { forkChild } from "../harness/child.ts";
import { startDunlin } from "../harness/dunlin.ts";
import { describeSpeeds, median, perSecond, ratio } from "../harness/measure.ts";
import { analysesSince, countAnalyses } from "../harness/meter.ts";
import type { Part } from "../harness/part.ts";
import { allRecorded, dueAtOnce, measured, startWorker } from "../harness/reminders.ts";
import type { Bench } from "../harness/servers.ts";
import { compare, number, round } from "../harness/table.ts";

type Dispatch = {
  readonly perSecond: number;
  readonly vsBare: number;
  /** Against the same messages with nothing but a ledger around them. */
  readonly vsLedger: number;
  readonly vsPeer: number;
  readonly rssMb: number;
  readonly barePerSecond: number;
  readonly ledgerPerSecond: number;
  readonly peerPerSecond: number;
  /** Until every outcome was recorded, too. */
  readonly recordedPerSecond: number;
  /** With signed messages; null: not measured. */
  readonly signedPerSecond: number | null;
};

const SECRET = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;

export const dispatch: Part<Dispatch> = {
  name: "dispatch",
  usual: true,
  run,
  json: ({ perSecond: speed, vsBare, vsLedger, vsPeer, rssMb }) => ({
    perSecond: round(speed),
    vsBare: round(vsBare, 3),
    vsLedger: round(vsLedger, 3),
    vsPeer: round(vsPeer, 2),
    rssMb,
  }),
  lines: ({ vsBare, vsLedger, vsPeer, rssMb, ...speeds }, backend) => [
    {
      what: "dispatch",
      measured: `${number(speeds.perSecond)} messages/s`,
      against: "due at once, first to last at the provider",
    },
    compare("  floor H", vsBare, "", `${number(speeds.barePerSecond)}/s: bare HTTP client, same bodies`),
    compare(
      "  floor L",
      vsLedger,
      "≥ 0.6",
      `${number(speeds.ledgerPerSecond)}/s: claimed, posted, recorded, and nothing else`,
    ),
    compare(
      "  peer",
      vsPeer,
      backend === "redis" ? "≥ 4" : "≥ 8",
      `${number(speeds.peerPerSecond)}/s: a delayed job a reminder`,
    ),
    { what: "  all recorded", measured: `${number(speeds.recordedPerSecond)} messages/s` },
    ...(speeds.signedPerSecond === null
      ? []
      : [{ what: "  signed", measured: `${number(speeds.signedPerSecond)} messages/s` }]),
    { what: "  memory", measured: `${rssMb} MB`, target: "< 260 MB", against: "peak of the dispatching process" },
  ],
};

async function run(bench: Bench): Promise<Dispatch> {
  const count = bench.quick ? 3_000 : 20_000;
  const peerCount = bench.quick ? 500 : bench.backend === "redis" ? 5_000 : 1_500;
  const provider = forkChild(new URL("../harness/provider.ts", import.meta.url));
  const bare = forkChild(new URL("../floors/bare-client.ts", import.meta.url));
  const ledger = forkChild(new URL("../floors/ledger.ts", import.meta.url));
  const peer = forkChild(new URL("../peers/shop.ts", import.meta.url));
  const api = await startDunlin(bench, ["api"]);
  try {
    const origin = await provider.call<string>("listen");
    await bare.call("open", origin);
    const { databaseUrl, queueUrl } = bench;
    await ledger.call("open", { databaseUrl, origin });
    await peer.call("open", { databaseUrl, queueUrl, url: `${origin}/sms` });
    const bodies = join(bench.workDir, "bodies.ndjson");

    const roundOf = async (name: string, reminders: number) => {
      const shop = await dueAtOnce(bench, provider, api.url, name, reminders);
      const ours = await measured(provider, reminders);
      await allRecorded(bench, shop, reminders);
      const recorded = perSecond(reminders, Date.now() - ours.firstAt);
      await provider.call("save", bodies);
      return { ours: ours.perSecond, recorded };
    };

    const rounds: { ours: number; bare: number; ledger: number; peer: number; recorded: number }[] = [];
    let rssMb = 0;
    const worker = await startWorker(bench, origin, null);
    try {
      for (let n = 0; n <= bench.rounds; n++) {
        const analysed = await countAnalyses(bench.sql);
        const { ours, recorded } = await roundOf(`d${n}`, count);
        const during = analysesSince(analysed, await countAnalyses(bench.sql));
        await provider.call("reset");
        await bare.call("load", bodies);
        await Promise.all([bare.call("post"), measured(provider, count)]);
        const bareSpeed = (await measured(provider, count)).perSecond;
        await provider.call("reset");
        await ledger.call("load", bodies);
        await ledger.call("post");
        const ledgerSpeed = (await measured(provider, count)).perSecond;
        await provider.call("reset");
        const dueAt = Date.now() + 2_000 + peerCount * (bench.backend === "redis" ? 0.5 : 3);
        await peer.call("planDue", { round: `p${n}`, count: peerCount, dueAt });
        const peerSpeed = (await measured(provider, peerCount)).perSecond;
        const speeds = { ours, bare: bareSpeed, ledger: ledgerSpeed, peer: peerSpeed, recorded };
        // The first round only warms up.
        if (n === 0) await bench.sql`analyze`;
        else {
          bench.note(`dispatch ${n}/${bench.rounds}: ${describeSpeeds(speeds)} messages/s${during}`);
          rounds.push(speeds);
        }
      }
      rssMb = worker.peakMb();
    } finally {
      await worker.end();
    }
    let signedPerSecond: number | null = null;
    if (!bench.quick) {
      const signing = await startWorker(bench, origin, SECRET);
      await roundOf("w", Math.ceil(count / 4));
      signedPerSecond = (await roundOf("s", count)).ours;
      await signing.end();
    }
    const column = (name: "ours" | "bare" | "ledger" | "peer" | "recorded") => rounds.map((each) => each[name]);
    return {
      perSecond: median(column("ours")),
      vsBare: ratio(column("ours"), column("bare")),
      vsLedger: ratio(column("ours"), column("ledger")),
      vsPeer: ratio(column("ours"), column("peer")),
      rssMb,
      barePerSecond: median(column("bare")),
      ledgerPerSecond: median(column("ledger")),
      peerPerSecond: median(column("peer")),
      recordedPerSecond: median(column("recorded")),
      signedPerSecond,
    };
  } finally {
    await Promise.all([api.end(), provider.end(), bare.end(), ledger.end(), peer.end()]);
  }
}
