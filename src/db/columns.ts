/**
 * Columns as array literals: the parameters of `unnest(${texts(a)}::text[], ${instants(b)}::timestamptz[], …)`, by which many rows
 * go in one statement. Writing the literal here costs a fraction of what the driver's own array code does.
 */

const quote = (text: string): string =>
  /["\\]/.test(text) ? `"${text.replace(/["\\]/g, (mark) => `\\${mark}`)}"` : `"${text}"`;

const literal = <T>(values: readonly (T | null)[], write: (value: T) => string): string => {
  let text = "";
  for (const value of values) text += `${text === "" ? "" : ","}${value === null ? "NULL" : write(value)}`;
  return `{${text}}`;
};

/** For `::text[]`; also for jsonb sent as text. NUL, which PostgreSQL cannot store, becomes U+FFFD. */
export const texts = (values: readonly (string | null)[]): string =>
  literal(values, (value) => quote(value.includes("\0") ? value.replaceAll("\0", "\ufffd") : value));

/** For `::text[]`, cast on to jsonb: `column::jsonb`. */
export const jsons = (values: readonly unknown[]): string =>
  literal(values, (value) => quote(JSON.stringify(value).replaceAll("\\u0000", "\\ufffd")));

/** For `::uuid[]`, `::int8[]`, `::boolean[]`: values that need no quotes. */
export const plain = (values: readonly (string | number | boolean | null)[]): string => literal(values, String);

/** Epoch ms, for `::timestamptz[]`. */
export const instants = (values: readonly (number | null)[]): string =>
  literal(values, (value) => `"${new Date(value).toISOString()}"`);

/** For `::bytea[]`. */
export const bytes = (values: readonly (Buffer | null)[]): string =>
  literal(values, (value) => `"\\\\x${value.toString("hex")}"`);

/** Lists of texts, one a row: for `::text[]`, cast on in the select: `column::text[]`. */
export const lists = (values: readonly (readonly string[])[]): string => texts(values.map((list) => texts(list)));
