/**
 * Columns as array literals: the parameters of `unnest(${texts(a)}::text[], ${instants(b)}::timestamptz[], …)`, by which many rows
 * go in one statement. Writing the literal here costs a fraction of what the driver's own array code does. And the way back, for `text[]`.
 */
import { LATEST } from "../core/values/instant.ts";
import type { Sql } from "./client.ts";

const MINUTE = 60_000;

/** One string from the first, not a chain of pieces: the driver looks at its first character, which would copy a chain once more. */
const literal = <T>(values: readonly (T | null)[], write: (value: T) => string): string => {
  if (values.length === 0) return "{}";
  const parts: string[] = new Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as T | null;
    parts[at] = value === null ? "NULL" : write(value);
  }
  parts[0] = `{${parts[0]}`;
  parts[parts.length - 1] += "}";
  return parts.join(",");
};

/** A backslash takes the next character as it is; JSON's own escapes are of no use here but for the quote and the backslash. */
const quote = (text: string): string =>
  /["\\]/.test(text) ? `"${text.replace(/["\\]/g, (mark) => `\\${mark}`)}"` : `"${text}"`;

/** Most are ids and keys: they need no quotes, unless PostgreSQL would take them for NULL. */
const isBare = (text: string): boolean => /^[\w.:+-]+$/.test(text) && (text.length !== 4 || !/^null$/i.test(text));

/** For `::text[]`; also for jsonb sent as text. NUL, which PostgreSQL cannot store, becomes U+FFFD. */
export const texts = (values: readonly (string | null)[]): string =>
  literal(values, (value) =>
    isBare(value) ? value : quote(value.includes("\0") ? value.replaceAll("\0", "\ufffd") : value),
  );

/** What jsonb cannot hold: NUL and halves of surrogate pairs, as JSON.stringify writes them. An escaped backslash before is none of them. */
const UNSTORABLE = /(\\\\)|\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/**
 * An object or null of each row, as an array of texts in the statement, to be cast on to jsonb: `column::jsonb`. Written as one JSON
 * document, which takes a third of the time of an array literal of such texts. What jsonb cannot hold becomes U+FFFD.
 */
export const jsons = <T>(sql: Sql, rows: readonly T[], of: (row: T) => unknown) => {
  const json = JSON.stringify(rows.map(of));
  const storable = json.includes("\\u") ? json.replace(UNSTORABLE, (_, pair?: string) => pair ?? "\ufffd") : json;
  return sql`array(select json_array_elements_text(${storable}::text::json))`;
};

/** For `::uuid[]`, `::int8[]`, `::boolean[]`: values that need no quotes. */
export const plain = (values: readonly (string | number | boolean | null)[]): string => literal(values, String);

/** Epoch ms, for `::timestamptz[]`. What is reckoned from the last instants that may be told, and lies behind them, stands at the end. */
export const instants = (values: readonly (number | null)[]): string => {
  // Those of a batch lie close together, and the most of the work is the same for a whole minute.
  let minute = Number.NaN;
  let upToSeconds = "";
  return literal(values, (told) => {
    const value = Math.min(told, LATEST);
    const its = Math.floor(value / MINUTE);
    if (its !== minute) {
      minute = its;
      upToSeconds = new Date(its * MINUTE).toISOString().slice(0, -"00.000Z".length);
    }
    const ms = value - its * MINUTE;
    return `${upToSeconds}${ms < 10_000 ? "0" : ""}${ms / 1_000}Z`;
  });
};

/** For `::bytea[]`. */
export const bytes = (values: readonly (Buffer | null)[]): string =>
  literal(values, (value) => `"\\\\x${value.toString("hex")}"`);

/** Lists of texts, one a row: for `::text[]`, cast on in the select: `column::text[]`. */
export const lists = (values: readonly (readonly string[])[]): string => texts(values.map((list) => texts(list)));

const ITEM = /"((?:[^"\\]|\\.)*)"|[^,{}]+/gs;

/** A text[] as PostgreSQL writes it: `{a,"b, \"c\"",NULL}`, of one dimension. */
export function parseTexts(literal: string): (string | null)[] {
  if (literal === "{}") return [];
  if (!literal.includes('"') && !literal.includes("NULL")) return literal.slice(1, -1).split(",");
  return Array.from(literal.matchAll(ITEM), ([bare, quoted]) => {
    if (quoted === undefined) return bare === "NULL" ? null : bare;
    return quoted.replace(/\\(.)/gs, "$1");
  });
}
