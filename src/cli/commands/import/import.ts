/**
 * `dunlin import FILE`: takes in order events from NDJSON, or orders from a table (CSV). Good lines and rows go in; each bad one is
 * written, as it came, to FILE.rejected.ndjson with the reason and the place. A second import of the same file is harmless: known events
 * count as duplicates.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { Command } from "commander";
import { applyOnFirstStart } from "../../../campaigns/first-start.ts";
import { openLiveCampaigns } from "../../../campaigns/live.ts";
import type { Warning } from "../../../core/order/warnings.ts";
import { findKnown } from "../../../db/stores/intake/known-store.ts";
import { createIntake } from "../../../intake/intake.ts";
import { catalogOptions } from "../../../render/catalog/catalog-options.ts";
import { readCsv } from "../../../sources/csv/read-csv.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError, openVault, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";
import { progressBar } from "../../progress-bar.ts";
import { addTableOptions, csvRequest, peekFile, refuseTableOptions, type TableOptions } from "../../table-options.ts";
import { dryRunEvents, dryRunTable, formatEvents, formatTable } from "./dry-run.ts";
import { eventLines } from "./event-lines.ts";
import { importProgress } from "./import-progress.ts";
import { type ImportPiece, importStream } from "./import-stream.ts";
import { codeOf, type Place, placeText } from "./rejects.ts";
import { tableRows } from "./table-rows.ts";

const SHOWN_OF_A_CODE = 10;

type Options = TableOptions & { readonly dryRun?: boolean; readonly json?: boolean };

export const command: Describe = (cli) =>
  addTableOptions(
    new Command("import")
      .description(
        "Take in order events or a table of orders from a file; what is rejected goes to FILE.rejected.ndjson",
      )
      .argument("<file>", "order events as NDJSON, or orders as CSV; - reads stdin")
      .option("--shop <shop>", "the shop of the orders in a table"),
  )
    .option("--dry-run", "show how the file would be read, and import nothing")
    .option("--json", "print the totals as JSON")
    .addHelpText(
      "after",
      examples(
        "dunlin import orders.ndjson",
        "zcat orders.ndjson.gz | dunlin import -",
        "dunlin import orders_export.csv --shop acme --dry-run",
        'dunlin import orders.csv --map id=Order --map status=State --status "On its way=paid"',
      ),
    )
    .action((file: string, options: Options) => runCommand(cli, (context) => importCommand(context, file, options)));

/** `at`: when the file was written, epoch ms. */
type FileFacts = { readonly name: string; readonly size: number | null; readonly at: number };

async function importCommand(context: CommandContext, file: string, options: Options): Promise<void> {
  const facts = await factsOf(file);
  const { name } = facts;
  const input = file === "-" ? process.stdin : createReadStream(file, { highWaterMark: 1 << 18 });
  const counted = countBytes(pieces(input, name));
  const { kind, bytes } = await peekFile(counted.bytes, name, options.format);
  if (kind === "ndjson") refuseTableOptions(name, options);
  const table =
    kind === "csv" ? await readCsv(bytes, csvRequest(context, options, { exportedAt: facts.at, updates: true })) : null;
  if (table?.ok === false) throw new CommandError(`${name}: ${table.message}`);
  if (options.dryRun !== true) {
    const entries = table === null ? eventLines(bytes) : tableRows(table.pieces);
    return takeIn(context, facts, { entries, read: counted.read, isTable: table !== null }, options.json === true);
  }
  const { shop } = context.config;
  if (table === null) {
    const run = await dryRunEvents(eventLines(bytes), shop);
    context.out(options.json === true ? JSON.stringify(run) : formatEvents(name, run));
  } else {
    const run = await dryRunTable(table, shop);
    context.out(options.json === true ? JSON.stringify(run) : formatTable(name, run));
  }
}

type Reading = {
  readonly entries: AsyncIterable<ImportPiece>;
  /** Bytes of the file that were read. */
  readonly read: () => number;
  readonly isTable: boolean;
};

async function takeIn(
  context: CommandContext,
  { name, size }: FileFacts,
  { entries, read, isTable }: Reading,
  json: boolean,
): Promise<void> {
  const { config, log, note, out } = context;
  const rejectedFile = `${name}.rejected.ndjson`;
  const totals = await withDatabase(context, async ({ sql }) => {
    const vault = await openVault(context, sql);
    const options = catalogOptions(config);
    const first = await applyOnFirstStart({ sql, log, options }, config.templatesDir);
    if (!first.ok) throw new CommandError(first.faults.join("\n"));
    const contacts = new Map(config.channels.map(({ name: channel, contacts: kinds }) => [channel, kinds]));
    const live = await openLiveCampaigns({ sql, options, channels: contacts });
    const intake = createIntake({
      sql,
      vault,
      shopOf: config.shop,
      policy: () => live.current().policy,
      refresh: () => live.refresh(),
      broken: (error, which) => log.error({ err: error, ...which }, "an event failed and was set aside"),
    });
    const bar = progressBar(process.stderr);
    const warn = firstWarnings({
      note(text) {
        bar.end();
        note(text);
      },
    });
    const tick = importProgress({ bar, note, size, read });
    return importStream(intake, entries, {
      rejectedFile,
      findKnown: (events) => findKnown(sql, events),
      tick,
      warn,
    }).finally(bar.end);
  });
  const { lines, ...counts } = totals;
  const what = isTable ? "rows" : "lines";
  if (json) out(JSON.stringify(isTable ? { orders: lines, ...counts } : totals));
  else {
    const orders = isTable ? `${lines} orders: ` : "";
    out(`${orders}${counts.accepted} events accepted, ${counts.duplicates} duplicates, ${counts.rejected} rejected`);
  }
  if (totals.warnings > 0) note(`${totals.warnings} warnings: \`dunlin explain ORDER\` shows those of an order`);
  if (totals.rejected === 0) return;
  if (totals.accepted + totals.duplicates === 0)
    throw new CommandError(
      `${name}: every ${isTable ? "row" : "line"} was rejected: ${rejectedFile} has the ${what} with their reasons`,
    );
  note(`rejected ${what} with their reasons: ${rejectedFile}`);
}

async function factsOf(file: string): Promise<FileFacts> {
  if (file === "-") return { name: "stdin", size: null, at: Date.now() };
  try {
    const facts = await stat(file);
    if (!facts.isDirectory())
      return { name: file, size: facts.size, at: Math.min(Math.floor(facts.mtimeMs), Date.now()) };
  } catch (error) {
    throw new CommandError(`${file}: cannot be read (${codeOf(error)})`);
  }
  throw new CommandError(`${file}: is a directory, not a file`);
}

function countBytes(input: AsyncIterable<Buffer>) {
  let count = 0;
  async function* bytes(): AsyncGenerator<Buffer> {
    for await (const piece of input) {
      count += piece.length;
      yield piece;
    }
  }
  return { bytes: bytes(), read: () => count };
}

async function* pieces(input: Readable, name: string): AsyncGenerator<Buffer> {
  try {
    for await (const piece of input) yield Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
  } catch (error) {
    throw new CommandError(`${name}: could not be read to its end (${codeOf(error)}): mend that and import it again`);
  }
}

/** Notes the first of each code, as they come. */
function firstWarnings({ note }: Pick<CommandContext, "note">) {
  const shown = new Map<string, number>();
  return (place: Place, { code, message }: Warning): void => {
    const count = (shown.get(code) ?? 0) + 1;
    shown.set(code, count);
    if (count <= SHOWN_OF_A_CODE) note(`${placeText(place)}: ${message} (${code})`);
    if (count === SHOWN_OF_A_CODE) note(`further warnings of the code ${code} are only counted`);
  };
}
