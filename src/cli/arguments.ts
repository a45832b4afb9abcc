/** Readers of the commands' arguments. What they refuse is wrong usage: told before anything is opened, exit code 2. */
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

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,10}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
    throw new InvalidArgumentError(`must be a whole number from ${least} to ${most}`);
  };
}

/** Some of `known`, in its order; blanks between commas are passed over. */
export function listOf<Name extends string>(known: readonly Name[]): (text: string) => Name[] {
  return (text) => {
    const named = namesIn(text);
    for (const name of named)
      if (!known.some((each) => each === name))
        throw new InvalidArgumentError(`${name} is none of ${known.join(", ")}${didYouMean(name, known)}`);
    return known.filter((name) => named.includes(name));
  };
}

/** The same, and at least one of them. */
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

/** What a report groups by; none is the total. */
export const dimensions: (text: string) => Dimension[] = listOf(DIMENSIONS);

/** In its canonical form. */
export function locale(text: string): string {
  const canonical = canonicalLocale(text);
  if (canonical !== null) return canonical;
  throw new InvalidArgumentError("is no locale, like en or zh-CN");
}

export function notEmpty(text: string): string {
  if (text.trim() !== "") return text;
  throw new InvalidArgumentError("must not be empty");
}

/** Letters, digits and some marks: names stand in the audit trail. */
const KEY_NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,59}$/u;
/** Those that the audit trail gives to what has no key of its own. */
const TAKEN = ["admin key", "first start"];

export function keyName(text: string): string {
  if (KEY_NAME.test(text) && !TAKEN.includes(text.toLowerCase())) return text;
  throw new InvalidArgumentError(
    `a key is named by letters, digits, spaces and . _ @ -, at most 60, and not ${TAKEN.join(" or ")}`,
  );
}
