/**
 * `dunlin import FILE`: takes in order events from NDJSON. Good lines go in; each bad line is written, as it came, to
 * FILE.rejected.ndjson with the reason and the place. A second import of the same file is harmless: known events count as duplicates.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { Command } from "commander";
import { applyOnFirstStart } from "../../../campaigns/first-start.ts";
import { openLiveCampaigns } from "../../../campaigns/live.ts";
import type { Warning } from "../../../core/order/warnings.ts";
import { foreignFile, HEAD_BYTES } from "../../../core/text/foreign-file.ts";
import { createIntake } from "../../../intake/intake.ts";
import { catalogOptions } from "../../../render/catalog/catalog-options.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError, openVault, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";
import { type ProgressBar, progressBar } from "../../progress-bar.ts";
import { type ImportTotals, importStream } from "./import-stream.ts";
import { codeOf } from "./rejects.ts";

const SHOWN_OF_A_CODE = 10;

export const command: Describe = (cli) =>
  new Command("import")
    .description("Take in order events from a file; rejected lines go to FILE.rejected.ndjson")
    .argument("<file>", "order events as NDJSON; - reads stdin")
    .option("--json", "print the totals as JSON")
    .addHelpText("after", examples("dunlin import orders.ndjson", "zcat orders.ndjson.gz | dunlin import -"))
    .action((file: string, { json = false }: { json?: boolean }) =>
      runCommand(cli, (context) => importCommand(context, file, json)),
    );

async function importCommand(context: CommandContext, file: string, json: boolean): Promise<void> {
  const { config, log, note, out } = context;
  const size = await sizeOf(file);
  const name = file === "-" ? "stdin" : file;
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
    const input = file === "-" ? process.stdin : createReadStream(file, { highWaterMark: 1 << 18 });
    const bar = progressBar(process.stderr);
    const warn = firstWarnings({
      note(text) {
        bar.end();
        note(text);
      },
    });
    const tick = progress(context, size, bar);
    return importStream(intake, orderFile(pieces(input, name), name), { rejectedFile, tick, warn }).finally(bar.end);
  });
  if (json) out(JSON.stringify(totals));
  else out(`${totals.accepted} events accepted, ${totals.duplicates} duplicates, ${totals.rejected} rejected`);
  if (totals.warnings > 0) note(`${totals.warnings} warnings: \`dunlin explain ORDER\` shows those of an order`);
  if (totals.rejected === 0) return;
  if (totals.accepted + totals.duplicates === 0)
    throw new CommandError(`${name}: every line was rejected: ${rejectedFile} has the lines with their reasons`);
  note(`rejected lines with their reasons: ${rejectedFile}`);
}

async function sizeOf(file: string): Promise<number | null> {
  if (file === "-") return null;
  try {
    return (await stat(file)).size;
  } catch (error) {
    throw new CommandError(`${file}: cannot be read (${codeOf(error)})`);
  }
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
  return (line: number, { code, message }: Warning): void => {
    const count = (shown.get(code) ?? 0) + 1;
    shown.set(code, count);
    if (count <= SHOWN_OF_A_CODE) note(`line ${line}: ${message} (${code})`);
    if (count === SHOWN_OF_A_CODE) note(`further warnings of the code ${code} are only counted`);
  };
}

/** Throws CommandError before the first piece if the file as a whole is something else: each of its lines would be rejected. */
async function* orderFile(input: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const rest = input[Symbol.asyncIterator]();
  const held: Buffer[] = [];
  let size = 0;
  let isWhole = false;
  while (!isWhole && size < HEAD_BYTES) {
    const next = await rest.next();
    if (next.done === true) isWhole = true;
    else {
      held.push(next.value);
      size += next.value.length;
    }
  }
  const fault = foreignFile(Buffer.concat(held).subarray(0, HEAD_BYTES), isWhole && size <= HEAD_BYTES);
  if (fault !== null) throw new CommandError(`${name}: ${fault}`);
  yield* held;
  if (!isWhole) yield* { [Symbol.asyncIterator]: () => rest };
}

/** A bar on a terminal that knows the size of the file; else a line a second. */
function progress({ note }: CommandContext, size: number | null, bar: ProgressBar) {
  let notedAt = performance.now();
  const drawn = bar.isShown && size !== null && size > 0;
  return (bytes: number, { accepted, duplicates, rejected }: ImportTotals, last: boolean): void => {
    const counts = `${accepted} accepted, ${duplicates} duplicates, ${rejected} rejected`;
    if (drawn && !last) {
      bar.tick(Math.min(1, bytes / size), counts);
      return;
    }
    bar.end();
    const now = performance.now();
    if (now - notedAt < 1_000 && !last) return;
    notedAt = now;
    const share = size === null || size === 0 ? "" : `${Math.floor((bytes / size) * 100)}% `;
    note(`${share}${counts}`);
  };
}
