/** `npm run bench`: measures Dunlin against floors and peers in turn, and prints a table or (`-- --json`) the contract's object. */
import { parseArgs } from "node:util";
import { endAll } from "./harness/child.ts";
import { type Backend, openBench } from "./harness/servers.ts";
import { bulkIntake } from "./parts/bulk-intake.ts";
import { capacity } from "./parts/capacity.ts";
import { consolePages } from "./parts/console.ts";
import { cost } from "./parts/cost.ts";
import { csv } from "./parts/csv.ts";
import { desk } from "./parts/desk.ts";
import { dispatch } from "./parts/dispatch.ts";
import { fairness } from "./parts/fairness.ts";
import { growth } from "./parts/growth.ts";
import { lateness } from "./parts/lateness.ts";
import { processes } from "./parts/processes.ts";
import { queueIntake } from "./parts/queue-intake.ts";
import { rate } from "./parts/rate.ts";
import { receipts } from "./parts/receipts.ts";
import { rehearsal } from "./parts/rehearsal.ts";
import { reports } from "./parts/report.ts";
import { truth } from "./parts/truth.ts";
import { webhooks } from "./parts/webhooks.ts";
import { asJson, asTable, type Results } from "./report.ts";

/** Those that run without `--only`. */
const USUAL_PARTS = { bulkIntake, queueIntake, dispatch, lateness, growth };
const USUAL = Object.keys(USUAL_PARTS);
const PARTS = {
  ...USUAL_PARTS,
  capacity,
  console: consolePages,
  cost,
  desk,
  fairness,
  processes,
  rate,
  receipts,
  rehearsal,
  csv,
  report: reports,
  truth,
  webhooks,
};
const USAGE = `npm run bench -- [--json] [--quick] [--backend redis|postgres] [--embedded] [--only ${Object.keys(PARTS).join("|")}]`;

function options() {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true },
      backend: { type: "string" },
      embedded: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const only = values.only ?? USUAL;
  const unknown = only.find((name) => !(name in PARTS));
  if (unknown !== undefined) throw new Error(`no such part: ${unknown}\n${USAGE}`);
  const backend: Backend | null = values.backend === "redis" || values.backend === "postgres" ? values.backend : null;
  if (values.backend !== undefined && backend === null) throw new Error(`no such backend: ${values.backend}\n${USAGE}`);
  return { ...values, only: new Set(only), backend };
}

async function main(): Promise<void> {
  const { json, quick, only, backend, embedded, help } = options();
  if (help) return void process.stdout.write(`${USAGE}\n`);
  const begun = performance.now();
  const note = (text: string) =>
    void process.stderr.write(`[${((performance.now() - begun) / 1_000).toFixed(0).padStart(3)} s] ${text}\n`);
  const bench = await openBench({ quick, backend, embedded, note });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= endAll().then(() => bench.close());
    return closing;
  };
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)
    process.once(signal, () => void close().finally(() => process.exit(code)));
  try {
    note(`queue on ${bench.backend}; PostgreSQL ${bench.machine.postgres}; Redis ${bench.machine.redis}`);
    const results: Results = { machine: bench.machine, backend: bench.backend, quick };
    if (only.has("bulkIntake")) results.bulkIntake = await bulkIntake(bench);
    if (only.has("queueIntake")) results.queueIntake = await queueIntake(bench);
    if (only.has("dispatch")) results.dispatch = await dispatch(bench);
    if (only.has("lateness")) results.lateness = await lateness(bench);
    if (only.has("growth")) results.growth = await growth(bench);
    if (only.has("cost")) results.cost = await cost(bench);
    if (only.has("truth")) results.truth = await truth(bench);
    if (only.has("capacity")) results.capacity = await capacity(bench);
    if (only.has("processes")) results.processes = await processes(bench);
    if (only.has("fairness")) results.fairness = await fairness(bench);
    if (only.has("rate")) results.rate = await rate(bench);
    if (only.has("receipts")) results.receipts = await receipts(bench);
    if (only.has("desk")) results.desk = await desk(bench);
    if (only.has("rehearsal")) results.rehearsal = await rehearsal(bench);
    if (only.has("csv")) results.csv = await csv(bench);
    if (only.has("report")) results.report = await reports(bench);
    if (only.has("webhooks")) results.webhooks = await webhooks(bench);
    if (only.has("console")) results.console = await consolePages(bench);
    process.stdout.write(json ? `${JSON.stringify(asJson(results))}\n` : asTable(results));
  } finally {
    await close();
  }
  note("done");
}

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
