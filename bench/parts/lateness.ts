/** Part 4: how late messages are when 200 fall due each second, with all roles in one process: arrival at the provider minus `due_at`. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Child, forkChild } from "../harness/child.ts";
import { startDunlin } from "../harness/dunlin.ts";
import { median, percentile, until } from "../harness/measure.ts";
import { allowFor, bodiesOf, createdEvents, eachItsOwnBuyer, orderId, postAll } from "../harness/orders.ts";
import type { Part } from "../harness/part.ts";
import type { ProviderStats } from "../harness/provider.ts";
import { channelsYaml, NUDGE_MS } from "../harness/reminders.ts";
import type { Bench } from "../harness/servers.ts";
import { number, round } from "../harness/table.ts";

type Lateness = {
  readonly rate: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Per round. */
  readonly count: number;
};

const RATE = 200;

export const lateness: Part<Lateness> = {
  name: "lateness",
  usual: true,
  run,
  json: ({ rate, p50Ms, p99Ms }) => ({ rate, p50Ms: round(p50Ms, 1), p99Ms: round(p99Ms, 1) }),
  lines: ({ rate, p50Ms, p99Ms, maxMs }) => [
    {
      what: `lateness, ${rate}/s`,
      measured: `p50 ${number(p50Ms)} ms`,
      against: "arrival minus due, all roles in one process",
    },
    { what: "", measured: `p99 ${number(p99Ms)} ms`, target: "< 250 ms", against: `worst ${number(maxMs)} ms` },
  ],
};

async function run(bench: Bench): Promise<Lateness> {
  const seconds = bench.quick ? 5 : 15;
  const rounds = bench.quick ? 1 : bench.rounds;
  const count = RATE * seconds;
  const provider = forkChild(new URL("../harness/provider.ts", import.meta.url));
  const config = join(bench.workDir, "lateness.yaml");
  await writeFile(config, channelsYaml(await provider.call<string>("listen"), null));
  const dunlin = await startDunlin(bench, ["start"], { DUNLIN_CONFIG: config });
  try {
    const measured: { p50: number; p99: number; max: number }[] = [];
    for (let n = 0; n <= rounds; n++) {
      // The first round only warms up.
      const size = n === 0 ? RATE * 2 : count;
      const late = await latenessOf(dunlin.url, provider, `l${n}`, size);
      if (n === 0) continue;
      const result = { p50: percentile(late, 0.5), p99: percentile(late, 0.99), max: Math.max(...late) };
      bench.note(
        `lateness ${n}/${rounds}: p50 ${result.p50.toFixed(0)}, p99 ${result.p99.toFixed(0)}, max ${result.max.toFixed(0)} ms`,
      );
      measured.push(result);
    }
    return {
      rate: RATE,
      count,
      p50Ms: median(measured.map(({ p50 }) => p50)),
      p99Ms: median(measured.map(({ p99 }) => p99)),
      maxMs: Math.max(...measured.map(({ max }) => max)),
    };
  } finally {
    await Promise.all([dunlin.end(), provider.end()]);
  }
}

/** How late each of so many was, ms. */
async function latenessOf(url: string, provider: Child, shop: string, count: number): Promise<number[]> {
  await provider.call("reset");
  const from = await takeIn(url, provider, shop, count);
  await until(`${count} messages`, async () => (await provider.call<ProviderStats>("stats")).count >= count, 100);
  const due = new Map(from.map(([order, at]) => [order, at]));
  const arrivals = await provider.call<[string, number][]>("arrivals");
  return arrivals.map(([order, at]) => at - (due.get(order) ?? Number.NaN));
}

/** Takes in orders whose nudges fall due at the rate, before the first does; what is too slow for that is tried again with more time. */
async function takeIn(
  url: string,
  provider: Child,
  name: string,
  count: number,
): Promise<[order: string, dueAt: number][]> {
  for (let attempt = 1; attempt < 5; attempt++) {
    const shop = `${name}x${attempt}`;
    const from = Date.now() + allowFor(count) * attempt;
    const dueAt = (n: number) => from + Math.round((n * 1_000) / RATE);
    const events = eachItsOwnBuyer(createdEvents(count, (n) => ({ shop, createdAt: dueAt(n) - NUDGE_MS })));
    await postAll(url, bodiesOf(events), count);
    if (Date.now() < from) return Array.from({ length: count }, (_, n) => [orderId(shop, n), dueAt(n)]);
    await until("the late ones", async () => (await provider.call<ProviderStats>("stats")).count >= count, 100);
    await provider.call("reset");
  }
  throw new Error(`taking in ${count} orders lasted until after the first was due, again and again`);
}
