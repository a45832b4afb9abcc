/** `npm run bench`: measures Dunlin against floors and peers in turn, and prints a table or (`-- --json`) the contract's object. */
import { parseArgs } from "node:util";
import { endAll } from "./harness/child.ts";
import type { Part } from "./harness/part.ts";
import { type Backend, type Bench, openBench } from "./harness/servers.ts";
import { asTable } from "./harness/table.ts";
import { PARTS } from "./parts/all.ts";

const NAMES = PARTS.map(({ name }) => name).join("|");
const USAGE = `npm run bench -- [--json] [--quick] [--backend redis|postgres] [--embedded] [--only ${NAMES}]`;

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
  const only = values.only ?? PARTS.filter(({ usual }) => usual).map(({ name }) => name);
  const unknown = only.find((given) => !PARTS.some(({ name }) => name === given));
  if (unknown !== undefined) throw new Error(`no such part: ${unknown}\n${USAGE}`);
  const backend: Backend | null = values.backend === "redis" || values.backend === "postgres" ? values.backend : null;
  if (values.backend !== undefined && backend === null) throw new Error(`no such backend: ${values.backend}\n${USAGE}`);
  return { ...values, parts: PARTS.filter(({ name }) => only.includes(name)), backend };
}

type Done = { readonly part: Part; readonly result: unknown };

/** The object of the public contract. */
const asJson = ({ machine, backend }: Bench, done: readonly Done[]) => ({
  machine,
  backend,
  ...Object.fromEntries(done.map(({ part, result }) => [part.name, part.json ? part.json(result) : result])),
});

function asText({ machine, backend, quick }: Bench, done: readonly Done[]): string {
  const { cores, node, postgres, redis } = machine;
  const head = `${cores} cores, Node ${node}, PostgreSQL ${postgres}, Redis ${redis}; queue on ${backend}${quick ? "; quick" : ""}`;
  return `${head}\n\n${asTable(done.flatMap(({ part, result }) => part.lines(result, backend)))}`;
}

async function main(): Promise<void> {
  const { json, quick, parts, backend, embedded, help } = options();
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
    const done: Done[] = [];
    for (const part of parts) done.push({ part, result: await part.run(bench) });
    process.stdout.write(json ? `${JSON.stringify(asJson(bench, done))}\n` : asText(bench, done));
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
