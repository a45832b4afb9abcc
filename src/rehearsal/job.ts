/** One rehearsal of the API from start to end: reads the body from a file, writes the answer to another. Runs in a thread of its own. */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseJson } from "../core/text/json.ts";
import { wordsFor } from "../core/text/zod-words.ts";
import { parseWhen, WHEN_FORMS, type When } from "../core/values/when.ts";
import { foreignFileAt } from "./file/read-head.ts";
import { type PrepareInput, prepareRehearsal } from "./prepare.ts";
import { rehearse } from "./rehearse.ts";
import { outcomeOf } from "./result/outcome.ts";
import { jsonPieces } from "./rows/json.ts";

export type Job = Omit<PrepareInput, "campaigns" | "from"> & {
  /** The directory of all its files. The caller removes it. */
  readonly dir: string;
  /** The body: events as NDJSON, or `{events, campaigns?, from?}`. */
  readonly body: string;
  readonly type: "json" | "ndjson";
  /** The campaigns that the service runs, text by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly from: When | null;
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
  events: z.array(z.unknown()),
  campaigns: z.record(z.string(), z.string()).optional(),
  from: z
    .string()
    .refine((text) => parseWhen(text) !== null, `must be ${WHEN_FORMS}`)
    .optional(),
});

type Asked = { readonly file: string; readonly campaigns: PrepareInput["campaigns"]; readonly from: When | null };
type Refused = Extract<JobResult, { ok: false }>;

export async function runJob(job: Job): Promise<JobResult> {
  const asked = job.type === "json" ? readBody(job) : { ...running(job), file: job.body };
  if ("ok" in asked) return asked;
  const { file, campaigns, from } = asked;
  const foreign = job.type === "json" ? null : foreignFileAt(file);
  if (foreign !== null) return refused("no_events", `the body ${foreign}`, []);
  const prepared = prepareRehearsal({ campaigns, channels: job.channels, shops: job.shops, from, now: job.now });
  if (!prepared.ok)
    return refused(
      "invalid_campaign",
      prepared.faults.length === 1 ? (prepared.faults[0] ?? "") : `${prepared.faults.length} faults in the campaigns`,
      prepared.faults.map((message) => ({ message })),
    );
  const run = await rehearse({ file, env: prepared.env, dir: job.dir, threads: 1 });
  try {
    const { figures, backward } = run;
    const warnings = [...prepared.warnings, ...(backward === null ? [] : [backward])];
    const { env, campaigns } = prepared;
    const outcome = outcomeOf(figures, { from: env.from, channels: env.channels, warnings, campaigns });
    if (figures.events === 0 && figures.faultCount > 0)
      return refused("no_events", "no line is an order event", firstFaults(figures.faults));
    const answer = join(job.dir, "answer.json");
    const out = openSync(answer, "w");
    try {
      for (const piece of jsonPieces(outcome, run.sends, run.skips)) writeAll(out, Buffer.from(piece));
    } finally {
      closeSync(out);
    }
    return { ok: true, answer };
  } finally {
    run.close();
  }
}

const refused = (code: Refused["code"], message: string, errors: readonly JobFault[]): Refused => ({
  ok: false,
  code,
  message,
  errors,
});

const MAX_NAMED = 1_000;
const firstFaults = (faults: readonly { readonly line: number; readonly message: string }[]): JobFault[] =>
  [...faults]
    .sort((a, b) => a.line - b.line)
    .slice(0, MAX_NAMED)
    .map(({ line, message }) => ({ line, message: `line ${line}: ${message}` }));

const running = ({ files, from }: Job) => ({ campaigns: { files, faults: [], shownAs: "campaigns" }, from });

/** Line n of the file is the n-th event. */
function readBody(job: Job): Asked | Refused {
  // In a thread, many values hold up nobody.
  const read = parseJson(readFileSync(job.body), Number.POSITIVE_INFINITY);
  if (!read.ok) return refused("invalid_json", read.message, []);
  const parsed = bodyShape.safeParse(read.value, { error: wordsFor });
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({
      message: path.length === 0 ? message : `${path.join(".")}: ${message}`,
    }));
    return refused("invalid_rehearsal", "the body is not valid", errors);
  }
  const { events, campaigns, from } = parsed.data;
  if (from !== undefined && job.from !== null)
    return refused("invalid_rehearsal", "the body is not valid", [
      { message: "from: is in the query too: give it once" },
    ]);
  const own = running(job);
  const file = join(job.dir, "events.ndjson");
  const out = openSync(file, "w");
  try {
    for (const event of events) writeAll(out, Buffer.from(`${JSON.stringify(event)}\n`));
  } finally {
    closeSync(out);
  }
  return {
    file,
    campaigns:
      campaigns === undefined ? own.campaigns : { ...own.campaigns, files: new Map(Object.entries(campaigns)) },
    from: from === undefined ? job.from : parseWhen(from),
  };
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
