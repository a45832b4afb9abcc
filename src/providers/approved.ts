/** The parts that the front matter's sections share. Values are text; only parameters are templates. */
import { z } from "zod";

/** The contents of one section of the front matter. */
export type Section = {
  /** The provider's own names for the template: `signName`, `templateCode`, …. */
  readonly fields: Readonly<Record<string, string>>;
  /** In order. Positional ones are named 1, 2, …. */
  readonly params: readonly ParamSource[];
};
/** `source` is Handlebars; `path` is its place within the section. */
export type ParamSource = {
  readonly name: string;
  readonly source: string;
  readonly path: readonly (string | number)[];
};

export const word = z
  .union([z.string(), z.number()], { error: (issue) => (issue.input === undefined ? "is required" : "must be text") })
  .transform(String)
  .pipe(z.string().regex(/^[^\s\p{Cc}]{1,200}$/u, "must be one word"));
/** Part of an address, and the only thing that keeps strangers out: `doctor` warns of one shorter than SAFE_TOKEN. */
export const receiptToken = z
  .string()
  .regex(/^[\w-]{1,200}$/, "must be 1 to 200 letters, digits, - and _: `openssl rand -hex 16` makes one");
export const SAFE_TOKEN = 16;
export const label = z.string().trim().min(1, "must not be empty").max(100, "is longer than 100 characters");
const source = z.string({ error: "must be text, in quotes if it begins with {{" });
export const named = z.record(z.string().regex(/^\w{1,40}$/, "must be letters, digits and _, at most 40"), source);
export const positional = z.array(source);

/** For a section whose parameters stand under `params`. */
export function sectionOf(section: {
  readonly [field: string]: unknown;
  readonly params?: readonly string[] | Readonly<Record<string, string>> | undefined;
}): Section {
  return { fields: textsOf(section), params: paramsOf(section.params ?? []) };
}

export function textsOf(section: object): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [key, value] of Object.entries(section)) if (typeof value === "string") fields[key] = value;
  return fields;
}

export function paramsOf(params: readonly string[] | Readonly<Record<string, string>>): ParamSource[] {
  return Object.entries(params).map(([key, source]) =>
    Array.isArray(params)
      ? { name: String(Number(key) + 1), source, path: ["params", Number(key)] }
      : { name: key, source, path: ["params", key] },
  );
}
