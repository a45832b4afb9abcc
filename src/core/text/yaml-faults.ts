/** Words the faults of a YAML file: the line, the key, and what to write instead. No message repeats a value of the file. */
import type { z } from "zod";
import { didYouMean } from "./suggest.ts";
import { shapeOf, wordsFor } from "./zod-words.ts";

/** `line` counts from 1; `path` is `shops.acme.timeZone` or `step nudge: at`, empty for the file as a whole. */
export type YamlFault = { readonly line: number; readonly path: string; readonly message: string };
export type YamlPath = readonly PropertyKey[];

/** `dunlin.yaml:12: shops.acme.timeZone: is required` */
export function formatFault(file: string, fault: YamlFault): string {
  return `${file}:${fault.line}: ${fault.path === "" ? "" : `${fault.path}: `}${fault.message}`;
}

/** `value`: the value of the file. An entry of a list of maps is named by its `id` there: `step nudge: at`, else by its place: `step 2: id`. */
export function formatPath(path: YamlPath, value?: unknown): string {
  let text = "";
  let at = value;
  for (const key of path) {
    const inner = typeof at === "object" && at !== null ? (Reflect.get(at, key) as unknown) : undefined;
    const id = typeof key === "number" ? (idOf(inner) ?? (text === "steps" ? key + 1 : null)) : null;
    if (id !== null) text = `${text.replace(/s$/, "")} ${id}: `;
    else if (typeof key === "number") text += `[${key}]`;
    else text += `${text === "" || text.endsWith(" ") ? "" : "."}${String(key)}`;
    at = inner;
  }
  return text.replace(/: $/, "");
}

function idOf(entry: unknown): string | null {
  const id: unknown = typeof entry === "object" && entry !== null ? Reflect.get(entry, "id") : null;
  return typeof id === "string" && /^[\w-]{1,60}$/.test(id) ? id : null;
}

/** The words for the faults that zod finds itself. The message of an unknown key is the list of known ones, for toFaults to suggest from. */
export function explain(issue: z.core.$ZodRawIssue): string {
  if (issue.code === "unrecognized_keys") {
    return shapeOf(issue.inst).join("\n");
  }
  if (issue.input === undefined && /^invalid_(type|value|union)$/.test(issue.code)) return "is required";
  if (issue.code === "invalid_value") return `must be one of ${issue.values.map(String).join(", ")}`;
  if (issue.code !== "invalid_type") return wordsFor(issue);
  const hint = issue.expected === "string" && typeof issue.input === "number" ? " (put it in quotes)" : "";
  return `must be ${WANTED[issue.expected] ?? `a ${issue.expected}`}${hint}`;
}

const WANTED: Record<string, string> = {
  object: "a map of keys",
  record: "a map of keys",
  array: "a list",
  string: "text",
  boolean: "true or false",
};

/** One zod issue as faults at their lines: one for each unknown key, and for a union those of its nearest alternative. */
export function* toFaults(
  issue: z.core.$ZodIssue,
  lineOf: (path: YamlPath) => number,
  value: unknown,
  under: YamlPath = [],
): Generator<YamlFault> {
  const path = [...under, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const known = issue.message.split("\n").filter((key) => key !== "");
    for (const key of issue.keys) {
      const hint = didYouMean(key, known) || (known.length > 0 ? ` (known: ${known.join(", ")})` : "");
      yield { line: lineOf([...path, key]), path: formatPath([...path, key], value), message: `unknown key${hint}` };
    }
    return;
  }
  if (issue.code === "invalid_union") {
    // The alternative that is this kind of value. A fault of the value as a whole is reported by the union itself.
    const near = issue.errors.find((errors) =>
      errors.some((inner) => inner.path.length > 0 || inner.code === "unrecognized_keys"),
    );
    if (near) {
      for (const inner of near) yield* toFaults(inner, lineOf, value, path);
      return;
    }
  }
  const message =
    issue.code === "invalid_key" ? `the key ${issue.issues[0]?.message ?? "is not allowed"}` : issue.message;
  yield { line: lineOf(path), path: formatPath(path, value), message };
}
