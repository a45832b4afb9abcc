/**
 * Part `processes`: how dispatch grows with processes, on a PostgreSQL of the benchmark's own and with a provider that answers in 50 ms. Once each
 * process has few connections, so that the provider's latency limits it, and once as many as it wants, so that the machine does. Before each
 * measurement all reminders fall due at one moment.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Child, forkChild } from "../harness/child.ts";
import { type Dunlin, startDunlin } from "../harness/dunlin.ts";
import { openMeter } from "../harness/meter.ts";
import type { Part } from "../harness/part.ts";
import { allRecorded, dueAtOnce, measured } from "../harness/reminders.ts";
import type { Bench } from "../harness/servers.ts";
import { number } from "../harness/table.ts";

/** Messages a second by so many processes, and CPU for a message: of all processes of Dunlin, and of PostgreSQL. */
type ByCount = {
  readonly processes: number;
  readonly perSecond: number;
  readonly nodeUs: number;
  readonly postgresUs: number;
};
type Processes = {
  /** `connections`: of each process; null: as many as Dunlin takes by default. */
  readonly rows: readonly { readonly connections: number | null; readonly by: readonly ByCount[] }[];
};

const ANSWER_MS = 50;
const COUNTS = [1, 2, 4];
const FEW_CONNECTIONS = 16;

export const processes: Part<Processes> = {
  name: "processes",
  run,
  json: ({ rows }) => rows,
  lines: ({ rows }) =>
    rows.flatMap(({ connections, by }) =>
      by.map((found) => ({
        what: `processes, ${connections ?? "default"} connections`,
        measured: `${number(found.perSecond)} messages/s`,
        ratio: `${(found.perSecond / (by[0]?.perSecond ?? Number.NaN)).toFixed(2)} ×`,
        against: describeProcesses(found),
      })),
    ),
};

async function run(given: Bench): Promise<Processes> {
  if (process.platform !== "linux") throw new Error("the part `processes` reads /proc and runs on Linux only");
  const bench = await given.ownServer();
  const provider = forkChild(new URL("../harness/provider.ts", import.meta.url));
  const api = await startDunlin(bench, ["api"]);
  try {
    const origin = await provider.call<string>("listen");
    await provider.call("answerAfter", ANSWER_MS);
    const rows: Processes["rows"][number][] = [];
    for (const connections of [FEW_CONNECTIONS, null]) {
      const config = await configOf(bench, origin, connections);
      const by: ByCount[] = [];
      for (const count of COUNTS) by.push(await runWith(bench, { provider, api, config, connections, count }));
      rows.push({ connections, by });
    }
    return { rows };
  } finally {
    await Promise.all([api.end(), provider.end()]);
  }
}

type Run = {
  readonly provider: Child;
  readonly api: Dunlin;
  readonly config: string;
  readonly connections: number | null;
  readonly count: number;
};

async function runWith(bench: Bench, { provider, api, config, connections, count }: Run): Promise<ByCount> {
  // So many take about ten seconds by themselves.
  const messages = Math.ceil((connections === null ? 20_000 : 3_000 * count) / (bench.quick ? 5 : 1));
  const start = () => startDunlin(bench, ["worker", "--roles", "dispatch,upkeep"], { DUNLIN_CONFIG: config });
  const workers = await Promise.all(Array.from({ length: count }, start));
  const meter = await openMeter(bench.sql);
  try {
    const name = `${connections ?? "all"}c${count}`;
    // The first messages only warm up.
    const warm = await dueAtOnce(bench, provider, api.url, `${name}warm`, Math.ceil(messages / 4));
    await measured(provider, Math.ceil(messages / 4));
    await allRecorded(bench, warm, Math.ceil(messages / 4));
    const shop = await dueAtOnce(bench, provider, api.url, name, messages);
    let perSecond = 0;
    const spent = await meter.during(
      workers.map(({ pid }) => pid),
      async () => {
        perSecond = (await measured(provider, messages)).perSecond;
        await allRecorded(bench, shop, messages, 100);
      },
    );
    const found = {
      processes: count,
      perSecond,
      nodeUs: (spent.nodeMs * 1_000) / messages,
      postgresUs: (spent.postgresMs * 1_000) / messages,
    };
    bench.note(`processes, ${connections ?? "default"} connections: ${describeProcesses(found)}`);
    return found;
  } finally {
    await Promise.all(workers.map((worker) => worker.end()));
  }
}

async function configOf(bench: Bench, origin: string, connections: number | null): Promise<string> {
  const file = join(bench.workDir, `processes-${connections ?? "default"}.yaml`);
  const own = connections === null ? "" : `, connections: ${connections}`;
  const channels = ["sms", "chat"].map((name) => `  ${name}: { provider: webhook, url: "${origin}/${name}"${own} }\n`);
  await writeFile(file, `shops: { "*": { quietHours: off } }\nchannels:\n${channels.join("")}`);
  return file;
}

const describeProcesses = ({ processes: count, perSecond, nodeUs, postgresUs }: ByCount): string =>
  `${count} process${count === 1 ? "" : "es"} ${perSecond.toFixed(0)} messages/s, node ${nodeUs.toFixed(0)} µs, ` +
  `PostgreSQL ${postgresUs.toFixed(0)} µs a message (a core of it carries ${(1e6 / postgresUs).toFixed(0)}/s)`;
