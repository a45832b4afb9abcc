/** Parsers of the commands' arguments. A refused argument is wrong usage: exit code 2, before anything is opened. */
import { InvalidArgumentError } from "commander";
import { DIMENSIONS, type Dimension, unknownDimensions } from "../core/measure/dimensions.ts";
import { didYouMean } from "../core/text/suggest.ts";
import { LONGEST_HORIZON, parseDuration } from "../core/values/duration.ts";
import { canonicalLocale } from "../core/values/locale.ts";
import { ACTOR_NAMES, isActorName } from "../core/values/role.ts";
import { PERIOD_FORMS, type Period, parsePeriod, parseWhen, WHEN_FORMS, type When } from "../core/values/when.ts";

/** A day and a clock belong to the zone of a shop: the command makes an instant of them. */
export function when(text: string): When {
  const parsed = parseWhen(text);
  if (parsed !== null) return parsed;
  throw new InvalidArgumentError(`must be ${WHEN_FORMS}`);
}

export function period(text: string): Period {
  const parsed = parsePeriod(text);
  if (parsed !== null) return parsed;
  throw new InvalidArgumentError(`must be ${PERIOD_FORMS}`);
}

/** Collects the values of an option that may be given several times. */
export const tagsOf = (text: string, before: readonly string[] = []): string[] => {
  const tag = notEmpty(text).trim();
  if (tag.length <= MAX_TAG) return [...before, tag];
  throw new InvalidArgumentError(`must have at most ${MAX_TAG} characters`);
};
/** As in events. */
const MAX_TAG = 200;

/** The same, but only a whole day. */
export function day(text: string): When {
  const parsed = parseWhen(text);
  if (parsed?.kind === "day" && parsed.time === null) return parsed;
  throw new InvalidArgumentError("must be a day, like yesterday, today or 2026-11-10");
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

/** The dimensions of a report, in the order in which they are named; an empty list gives the total. */
export function dimensions(text: string): Dimension[] {
  const names = [...new Set(namesIn(text))];
  for (const { name, why } of unknownDimensions(names))
    throw new InvalidArgumentError(`${name} ${why}${didYouMean(name, DIMENSIONS)}`);
  return names.flatMap((name) => DIMENSIONS.find((each) => each === name) ?? []);
}

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

/** Milliseconds, above 0. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  throw new InvalidArgumentError("must be a duration, like 30m or 2h");
}

/** Milliseconds. */
export function horizon(text: string): number {
  const ms = duration(text);
  if (ms <= LONGEST_HORIZON) return ms;
  throw new InvalidArgumentError("must be at most 90d");
}

/** Throws for a name that no key and no person may have. */
export function keyName(text: string): string {
  if (isActorName(text)) return text;
  throw new InvalidArgumentError(ACTOR_NAMES);
}
