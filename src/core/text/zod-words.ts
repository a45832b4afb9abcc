/** The words for the faults that zod finds by itself: what is wrong and what to send, without zod's jargon. No message repeats a value. */
import type { z } from "zod";
import { closest } from "./suggest.ts";

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  bigint: "a whole number",
  boolean: "true or false",
  array: "an array",
  object: "an object",
  record: "an object",
  date: "a date",
  null: "null",
};

const ONE: Readonly<Record<string, string>> = { " characters": " character", " entries": " entry" };

/** The caller puts the field before it: `template: is required`. */
export function wordsFor(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return wrongKind(issue.expected, issue.input);
    case "too_small":
      return issue.origin === "string" && issue.minimum === 1
        ? "must not be empty"
        : `must ${sized(issue.origin, "at least", issue.minimum, issue.inclusive)}`;
    case "too_big":
      return `must ${sized(issue.origin, "at most", issue.maximum, issue.inclusive)}`;
    case "invalid_value":
      if (issue.input === undefined) return "is required";
      return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map((value) => String(value)).join(", ")}`;
    case "unrecognized_keys":
      return unknownFields(issue.keys, shapeOf(issue.inst));
    case "invalid_union":
      return issue.input === undefined ? "is required" : "has none of the forms that are accepted here";
    case "invalid_key":
      return "has a field with a name that is not allowed";
    case "invalid_element":
      return "has an entry that is not allowed";
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_format":
      return issue.format === "regex"
        ? `must match ${issue.pattern}`
        : `must be ${FORMATS[issue.format] ?? issue.format}`;
    default:
      return "is not valid";
  }
}

const FORMATS: Readonly<Record<string, string>> = {
  datetime: "an instant like 2026-11-10T20:00:00+08:00",
  url: "a URL with its scheme",
  email: "an e-mail address",
  uuid: "a UUID",
};

function wrongKind(expected: string, input: unknown): string {
  if (input === undefined || (input === null && expected !== "null")) return "is required";
  const quotes = expected === "string" && typeof input === "number" ? ": put it in quotes" : "";
  return `must be ${KINDS[expected] ?? expected}${quotes}`;
}

function sized(origin: string, bound: string, limit: number | bigint, inclusive: boolean | undefined): string {
  const unit: Readonly<Record<string, string>> = {
    string: " characters",
    array: " entries",
    set: " entries",
    map: " entries",
  };
  const counted = unit[origin];
  if (counted !== undefined) return `have ${bound} ${limit}${Number(limit) === 1 ? ONE[counted] : counted}`;
  return inclusive === false ? `be ${bound === "at least" ? "more" : "less"} than ${limit}` : `be ${bound} ${limit}`;
}

function unknownFields(keys: readonly string[], known: readonly string[]): string {
  const named = keys.map((key) => {
    const near = closest(key, known);
    return `${JSON.stringify(key.slice(0, 60))}${near === null ? "" : ` (did you mean ${JSON.stringify(near)}?)`}`;
  });
  const all = named.every((name) => !name.includes("?)")) && known.length > 0 ? `: there are ${known.join(", ")}` : "";
  return `has the unknown ${keys.length === 1 ? "field" : "fields"} ${named.join(", ")}${all}`;
}

/** The name of a field in all faults of bodies and events: `order.items[0].price`. Empty for the whole. */
export function fieldPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const key of path) text += typeof key === "number" ? `[${key}]` : `${text === "" ? "" : "."}${String(key)}`;
  return text;
}

/** The fields of the object that found the fault. */
export function shapeOf(inst: unknown): readonly string[] {
  const shape = (inst as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape;
  return Object.keys(shape ?? {});
}
