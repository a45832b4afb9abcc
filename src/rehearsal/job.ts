/** One rehearsal of the API from start to end: reads the body from a file, writes the answer to another. Runs in a thread of its own. */
import { closeSync, createReadStream, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseJson } from "../core/text/json.ts";
import { fieldPath, wordsFor } from "../core/text/zod-words.ts";
import { parseWhen, WHEN_FORMS, type When } from "../core/values/when.ts";
import type { CatalogFiles } from "../render/catalog/catalog-files.ts";
import { readCsv } from "../sources/csv/read-csv.ts";
import { REQUEST_WORDS } from "../sources/csv/words.ts";
import { foreignFileAt } from "./file/read-head.ts";
import type { PrepareInput } from "./prepare.ts";
import { jsonPieces } from "./rows/json.ts";
import { shopsOf } from "./shops.ts";
import { writeTable } from "./table/write-table.ts";
import { prepareWhole, rehearseWhole } from "./whole.ts";

export type Job = Omit<PrepareInput, "campaigns" | "rows" | "table"> & {
  /** The directory of all its files. The caller removes it. */
  readonly dir: string;
  /** The body: a table, events as NDJSON, or `{events, campaigns?, against?, from?}`; without `events` if the orders are stored ones. */
  readonly body: string;
  readonly type: "json" | "ndjson" | "csv" | "none";
  readonly tableShop: string | null;
  /** The campaigns that the service runs, text by path. */
  readonly files: ReadonlyMap<string, string>;
  /** The file of the stored orders; null: the events are in the body. */
  readonly storedFile: string | null;
};

export type JobFault = { readonly message: string; readonly line?: number };
export type JobResult =
  | { readonly ok: true; readonly answer: string }
  | {
      readonly ok: false;
      readonly code: "invalid_json" | "invalid_rehearsal" | "invalid_campaign" | "no_events";
      readonly message: string;
      readonly errors: readonly JobFault[];
    };

const bodyShape = z.strictObject({
  events: z.array(z.unknown()).optional(),
  campaigns: z.record(z.string(), z.string()).optional(),
  against: z.record(z.string(), z.string()).optional(),
  from: z
    .string()
    .refine((text) => parseWhen(text) !== null, `must be ${WHEN_FORMS}`)
    .optional(),
});

type Asked = {
  readonly file: string;
  readonly campaigns: CatalogFiles;
  readonly against: CatalogFiles | null;
  readonly from: When | null;
};
type Refused = Extract<JobResult, { ok: false }>;

export async function runJob(job: Job): Promise<JobResult> {
  const asked = await ask(job);
  if ("ok" in asked) return asked;
  const { file, campaigns, against, from } = asked;
  const foreign = job.type === "ndjson" && job.storedFile === null ? foreignFileAt(file) : null;
  if (foreign !== null) return refused("no_events", `the body ${foreign}`, []);
  const { channels, shops, now, changes, stored } = job;
  const table = job.type === "csv";
  const prepared = prepareWhole({ campaigns, against, channels, shops, from, now, changes, stored, table, rows: true });
  if (!prepared.ok)
    return refused(
      "invalid_campaign",
      prepared.faults.length === 1 ? (prepared.faults[0] ?? "") : `${prepared.faults.length} faults in the campaigns`,
      prepared.faults.map((message) => ({ message })),
    );
  const run = await rehearseWhole(prepared, { file, dir: job.dir, threads: 1 });
  try {
    const { figures, outcome, difference } = run;
    if (figures.events === 0 && figures.faultCount > 0)
      return refused(
        "no_events",
        table ? "no row is an order" : "no line is an order event",
        firstFaults(figures.faults, table ? "row" : "line"),
      );
    const answer = join(job.dir, "answer.json");
    const out = openSync(answer, "w");
    try {
      const json = difference === null ? outcome : { ...outcome, difference };
      for (const piece of jsonPieces(json, run.sends, run.skips)) writeAll(out, Buffer.from(piece));
    } finally {
      closeSync(out);
    }
    return { ok: true, answer };
  } finally {
    run.close();
  }
}

async function ask(job: Job): Promise<Asked | Refused> {
  if (job.type === "json") return readBody(job);
  if (job.type !== "csv") return { ...running(job), file: job.storedFile ?? job.body };
  const [only, ...others] = job.shops.listed.keys();
  const shop = job.tableShop ?? (others.length === 0 ? (only ?? null) : null);
  const table = await readCsv(createReadStream(job.body), {
    ...{ profile: null, map: new Map(), statuses: new Map(), encoding: null, shop, shopOf: shopsOf(job.shops) },
    ...{ exportedAt: job.now, updates: false, words: REQUEST_WORDS },
  });
  if (!table.ok) return refused("no_events", `the body: ${table.message}`, []);
  const file = join(job.dir, "events.ndjson");
  await writeTable(table.pieces, file);
  return { ...running(job), file };
}

const refused = (code: Refused["code"], message: string, errors: readonly JobFault[]): Refused => ({
  ok: false,
  code,
  message,
  errors,
});

const MAX_NAMED = 1_000;
const firstFaults = (
  faults: readonly { readonly line: number; readonly message: string }[],
  name: "line" | "row",
): JobFault[] =>
  [...faults]
    .sort((a, b) => a.line - b.line)
    .slice(0, MAX_NAMED)
    .map(({ line, message }) => ({ line, message: `${name} ${line}: ${message}` }));

const running = ({ files, from }: Job) => ({
  campaigns: { files, faults: [], shownAs: "campaigns" },
  against: null,
  from,
});

/** Line n of the file is the n-th event. */
function readBody(job: Job): Asked | Refused {
  // In a thread, many values hold up nobody.
  const read = parseJson(readFileSync(job.body), Number.POSITIVE_INFINITY);
  if (!read.ok) return refused("invalid_json", read.message, []);
  const parsed = bodyShape.safeParse(read.value, { error: wordsFor });
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({
      message: path.length === 0 ? message : `${fieldPath(path)}: ${message}`,
    }));
    return refused("invalid_rehearsal", "the body is not valid", errors);
  }
  const { events, campaigns, against, from } = parsed.data;
  const faults = [
    ...(from !== undefined && job.from !== null ? ["from: is in the query too: give it once"] : []),
    ...(events === undefined && job.storedFile === null ? ["events: is required without `stored` in the query"] : []),
    ...(events !== undefined && job.storedFile !== null ? ["events: leave it out: `stored` takes stored orders"] : []),
  ];
  if (faults.length > 0)
    return refused(
      "invalid_rehearsal",
      "the body is not valid",
      faults.map((message) => ({ message })),
    );
  const own = running(job);
  return {
    file: job.storedFile ?? writeEvents(job.dir, events ?? []),
    campaigns: campaigns === undefined ? own.campaigns : given(campaigns, "campaigns"),
    against: against === undefined ? null : given(against, "against"),
    from: from === undefined ? job.from : parseWhen(from),
  };
}

const given = (texts: Readonly<Record<string, string>>, shownAs: string): CatalogFiles => ({
  files: new Map(Object.entries(texts)),
  faults: [],
  shownAs,
});

function writeEvents(dir: string, events: readonly unknown[]): string {
  const file = join(dir, "events.ndjson");
  const out = openSync(file, "w");
  try {
    for (const event of events) writeAll(out, Buffer.from(`${JSON.stringify(event)}\n`));
  } finally {
    closeSync(out);
  }
  return file;
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
