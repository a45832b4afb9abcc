/**
 * How well a rate limit is used and kept: reminders that all fall due at one moment, to a provider that answers in 50 ms and allows 500 a second, by
 * one process and by three together. All times are the provider's.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Child, forkChild } from "../harness/child.ts";
import { startDunlin } from "../harness/dunlin.ts";
import type { Part } from "../harness/part.ts";
import { dueAtOnce, measured } from "../harness/reminders.ts";
import type { Bench } from "../harness/servers.ts";
import { type Line, round } from "../harness/table.ts";

/** `used`: the part of the rate that was used from the first to the last message. `worst`: the most messages in any second, by the rate. */
type RateUse = { readonly used: number; readonly worst: number };
type Rate = { readonly rate: number; readonly count: number; readonly one: RateUse; readonly three: RateUse };

const RATE = 500;
const ANSWER_MS = 50;
const SECOND = 1_000;

export const rate: Part<Rate> = {
  name: "rate",
  run,
  json: ({ rate: perSecond, count, one, three }) => ({
    perSecond,
    count,
    one: useAsJson(one),
    three: useAsJson(three),
  }),
  lines: ({ rate: perSecond, one, three }) => [
    ...useLines(perSecond, "one process", one),
    ...useLines(perSecond, "three processes", three),
  ],
};

const useAsJson = ({ used, worst }: RateUse) => ({ used: round(used, 3), worst: round(worst, 3) });

const percent = (value: number) => `${(value * 100).toFixed(1)}%`;

const useLines = (perSecond: number, by: string, { used, worst }: RateUse): Line[] => [
  { what: `rate ${perSecond}/s`, measured: percent(used), target: "≥ 95%", against: `used by ${by}` },
  { what: "", measured: percent(worst), target: "≤ 102%", against: "in the fullest second" },
];

async function run(bench: Bench): Promise<Rate> {
  const count = bench.quick ? 5_000 : 20_000;
  const provider = forkChild(new URL("../harness/provider.ts", import.meta.url));
  const api = await startDunlin(bench, ["api"]);
  try {
    const origin = await provider.call<string>("listen");
    await provider.call("answerAfter", ANSWER_MS);
    const config = join(bench.workDir, "rate.yaml");
    await writeFile(
      config,
      `shops: { "*": { quietHours: off } }\nchannels:\n  sms: { provider: webhook, url: "${origin}/sms", ratePerSecond: ${RATE} }\n  chat: { provider: webhook, url: "${origin}/chat", ratePerSecond: ${RATE} }\n`,
    );
    const by = async (name: string, processes: number): Promise<RateUse> => {
      const start = () => startDunlin(bench, ["worker", "--roles", "dispatch,upkeep"], { DUNLIN_CONFIG: config });
      const workers = await Promise.all(Array.from({ length: processes }, start));
      try {
        await dueAtOnce(bench, provider, api.url, name, count);
        await measured(provider, count);
        const use = useOf(await timesOf(provider));
        bench.note(`rate with ${processes} process(es): ${percent(use.used)} used, at worst ${percent(use.worst)}`);
        return use;
      } finally {
        await Promise.all(workers.map((worker) => worker.end()));
      }
    };
    return { rate: RATE, count, one: await by("one", 1), three: await by("three", 3) };
  } finally {
    await Promise.all([api.end(), provider.end()]);
  }
}

const timesOf = async (provider: Child): Promise<number[]> =>
  (await provider.call<[string, number][]>("arrivals")).map(([, at]) => at);

function useOf(times: readonly number[]): RateUse {
  const sorted = [...times].sort((a, b) => a - b);
  const first = sorted[0] ?? 0;
  const last = sorted.at(-1) ?? 0;
  let most = 0;
  let from = 0;
  for (const [index, at] of sorted.entries()) {
    while ((sorted[from] ?? at) <= at - SECOND) from++;
    most = Math.max(most, index - from + 1);
  }
  return { used: ((sorted.length - 1) * SECOND) / (last - first) / RATE, worst: most / RATE };
}
