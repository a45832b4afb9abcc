/** Parsers of the commands' arguments. A refused argument is wrong usage: exit code 2, before anything is opened. */
import { InvalidArgumentError } from "commander";
import { didYouMean } from "../core/text/suggest.ts";
import { parseInstant } from "../core/values/instant.ts";
import { canonicalLocale } from "../core/values/locale.ts";
import { DIMENSIONS, type Dimension } from "../reporting/recovery.ts";

/** Epoch ms. */
export function instant(text: string): number {
  const ms = parseInstant(text);
  if (ms !== null) return ms;
  throw new InvalidArgumentError("must be an instant with an offset, like 2026-11-10T20:00:00+08:00");
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,10}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
    throw new InvalidArgumentError(`must be a whole number from ${min} to ${max}`);
  };
}

/** A list of `known` names, in the order of `known`. Blanks between commas are ignored. */
export function listOf<Name extends string>(known: readonly Name[]): (text: string) => Name[] {
  return (text) => {
    const named = namesIn(text);
    for (const name of named)
      if (!known.some((each) => each === name))
        throw new InvalidArgumentError(`${name} is not one of ${known.join(", ")}${didYouMean(name, known)}`);
    return known.filter((name) => named.includes(name));
  };
}

/** The same, with at least one name. */
export function someOf<Name extends string>(known: readonly Name[]): (text: string) => Name[] {
  const read = listOf(known);
  return (text) => {
    if (namesIn(text).length === 0) throw new InvalidArgumentError(`must name at least one of ${known.join(", ")}`);
    return read(text);
  };
}

const namesIn = (text: string): string[] =>
  text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");

/** The dimensions of a report; an empty list gives the total. */
export const dimensions: (text: string) => Dimension[] = listOf(DIMENSIONS);

/** Returns the canonical form. */
export function locale(text: string): string {
  const canonical = canonicalLocale(text);
  if (canonical !== null) return canonical;
  throw new InvalidArgumentError("must be a locale, like en or zh-CN");
}

export function notEmpty(text: string): string {
  if (text.trim() !== "") return text;
  throw new InvalidArgumentError("must not be empty");
}

/** Names of keys appear in the audit trail. */
const KEY_NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,59}$/u;
/** Names that the audit trail uses for actors without a key. */
const TAKEN = ["admin key", "first start"];

export function keyName(text: string): string {
  if (KEY_NAME.test(text) && !TAKEN.includes(text.toLowerCase())) return text;
  throw new InvalidArgumentError(
    `must consist of letters, digits, spaces and . _ @ -, at most 60, and must not be ${TAKEN.join(" or ")}`,
  );
}
