/**
 * Columns as array literals, which are the parameters of `unnest(…)`: by them many rows go in one statement (rows.ts). To write the literal
 * here costs a fraction of the driver's own array code. `parseTexts` reads a `text[]` back.
 */
import { LATEST } from "../core/values/instant.ts";

const MINUTE = 60_000;

/** Joined into one flat string: the driver reads its first character, and would have to copy a chain of pieces for that. */
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

/** PostgreSQL takes the character after a backslash as it is, so only the quote and the backslash are escaped. */
const quote = (text: string): string =>
  /["\\]/.test(text) ? `"${text.replace(/["\\]/g, (mark) => `\\${mark}`)}"` : `"${text}"`;

/** Most texts are ids and keys, and need no quotes, unless PostgreSQL would read them as NULL. */
const isBare = (text: string): boolean => /^[\w.:+-]+$/.test(text) && (text.length !== 4 || !/^null$/i.test(text));

/** For `::text[]`. PostgreSQL cannot store NUL: it becomes U+FFFD. */
export const texts = (values: readonly (string | null)[]): string =>
  literal(values, (value) =>
    isBare(value) ? value : quote(value.includes("\0") ? value.replaceAll("\0", "\ufffd") : value),
  );

/** jsonb cannot hold NUL and halves of surrogate pairs, as JSON.stringify writes them. The first group skips escaped backslashes. */
const UNSTORABLE = /(\\\\)|\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/**
 * The objects of a jsonb column as one JSON document, which the statement takes apart again. This takes a third of the time of an array
 * literal of their texts. A character that jsonb cannot hold becomes U+FFFD.
 */
export const documents = (values: readonly unknown[]): string => {
  const json = JSON.stringify(values);
  return json.includes("\\u") ? json.replace(UNSTORABLE, (_, pair?: string) => pair ?? "\ufffd") : json;
};

/** For `::uuid[]`, `::int8[]`, `::boolean[]`: values that need no quotes. */
export const plain = (values: readonly (string | number | boolean | null)[]): string => literal(values, String);

/** Epoch ms (fractions are cut), for `::timestamptz[]`. A computed instant after the last one that an event may report is written as that last one. */
export const instants = (values: readonly (number | null)[]): string => {
  // The instants of a batch lie close together, and most of the work is the same for a whole minute.
  let minute = Number.NaN;
  let upToSeconds = "";
  return literal(values, (at) => {
    const value = Math.min(Math.floor(at), LATEST);
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

/** A list of texts in each row: a literal of literals, for `::text[]`; each element is then cast to `text[]`. */
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
