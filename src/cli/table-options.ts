/** The options of the commands that read a table of orders, and the head of a file, which says what it is. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { foreignFile, HEAD_BYTES } from "../core/text/foreign-file.ts";
import { didYouMean } from "../core/text/suggest.ts";
import type { FieldMap } from "../sources/csv/columns.ts";
import { encodingOf } from "../sources/csv/decode.ts";
import { isTable } from "../sources/csv/is-table.ts";
import { profileNames } from "../sources/csv/profiles/all.ts";
import { FIELDS, type Field } from "../sources/csv/profiles/profile.ts";
import type { CsvRequest } from "../sources/csv/read-csv.ts";
import { STATES, type State, wordOf } from "../sources/csv/states.ts";
import { COMMAND_WORDS } from "../sources/csv/words.ts";
import { type CommandContext, CommandError } from "./context.ts";

export type TableOptions = {
  readonly format?: "ndjson" | "csv";
  readonly profile?: string;
  readonly map?: FieldMap;
  readonly status?: ReadonlyMap<string, State>;
  readonly encoding?: string;
  readonly shop?: string;
};

export const addTableOptions = (command: Command): Command =>
  command
    .addOption(new Option("--format <format>", "by default the file says it").choices(["ndjson", "csv"]))
    .addOption(
      new Option("--profile <name>", "whose export a table is; by default its headings say it").choices(profileNames),
    )
    .option("--map <field=column>", "where a field is in a table; may be repeated", mapOf)
    .option("--status <word=state>", `what a status in a table means (${STATES.join(", ")}); may be repeated`, statusOf)
    .option("--encoding <name>", "of a table, like gb18030 or windows-1252; by default found out", encoding);

function mapOf(text: string, before: FieldMap = new Map()): FieldMap {
  const { name, value } = pairOf(text, "FIELD=COLUMN");
  const field = FIELDS.find((each) => each === name || `order.${each}` === name);
  if (field === undefined)
    throw new InvalidArgumentError(`${name} is not one of ${FIELDS.join(", ")}${didYouMean(name, FIELDS)}`);
  return new Map<Field, string>([...before, [field, value]]);
}

function statusOf(text: string, before: ReadonlyMap<string, State> = new Map()): ReadonlyMap<string, State> {
  const at = text.lastIndexOf("=");
  const name = text.slice(at + 1).trim();
  const state = STATES.find((each) => each === name);
  if (at < 1 || state === undefined)
    throw new InvalidArgumentError(`must be WORD=STATE, with a state of ${STATES.join(", ")}`);
  return new Map([...before, [wordOf(text.slice(0, at)), state]]);
}

function pairOf(text: string, form: string): { name: string; value: string } {
  const at = text.indexOf("=");
  const [name, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (at < 1 || name === "" || value === "") throw new InvalidArgumentError(`must be ${form}`);
  return { name, value };
}

function encoding(text: string): string {
  const name = encodingOf(text);
  if (name !== null) return name;
  throw new InvalidArgumentError(
    "is no encoding: write it like utf-8, gb18030, utf-16le, big5, shift_jis or windows-1252",
  );
}

/** Throws CommandError: an option that says how to read a table is of no use here. */
export function refuseTableOptions(name: string, options: TableOptions): void {
  const given = (["profile", "map", "status", "encoding", "shop"] as const).find((each) => options[each] !== undefined);
  if (given !== undefined)
    throw new CommandError(
      `${name}: has one event a line: --${given} is for a table (CSV), and an event says all itself`,
    );
}

/** Throws CommandError. */
export function csvRequest(
  { config }: Pick<CommandContext, "config">,
  options: TableOptions,
  more: Pick<CsvRequest, "exportedAt" | "updates">,
): CsvRequest {
  const [only, another] = config.shopIds;
  if (options.shop !== undefined && config.shop(options.shop) === null)
    throw new CommandError(
      `--shop: ${JSON.stringify(options.shop)} is not configured: list it under shops in dunlin.yaml, or add "*"`,
    );
  return {
    profile: options.profile ?? null,
    map: options.map ?? new Map(),
    statuses: options.status ?? new Map(),
    encoding: options.encoding ?? null,
    shop: options.shop ?? (another === undefined ? (only ?? null) : null),
    shopOf: config.shop,
    words: COMMAND_WORDS,
    ...more,
  };
}

export type PeekedFile = {
  readonly kind: "ndjson" | "csv";
  /** The whole file, its first bytes in one piece. */
  readonly bytes: AsyncIterable<Buffer>;
};

/** Throws CommandError if the file as a whole is something else: each of its lines would be rejected. */
export async function peekFile(
  input: AsyncIterable<Buffer>,
  name: string,
  format: TableOptions["format"],
): Promise<PeekedFile> {
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
  const first = Buffer.concat(held);
  const head = first.subarray(0, HEAD_BYTES);
  const endsHere = isWhole && size <= HEAD_BYTES;
  async function* bytes(): AsyncGenerator<Buffer> {
    yield first;
    if (!isWhole) yield* { [Symbol.asyncIterator]: () => rest };
  }
  const fault = foreignFile(head, endsHere);
  if (format === "csv" || (format === undefined && fault !== null && isTable(head, endsHere)))
    return { kind: "csv", bytes: bytes() };
  if (fault !== null) throw new CommandError(`${name}: ${fault}`);
  return { kind: "ndjson", bytes: bytes() };
}
