/**
 * The front matter of a text: whether it is a notice or marketing, and the approved templates with their parameters. The sections are
 * those of the providers' descriptors. Strict: an unknown key is a fault.
 */
import { z } from "zod";
import { parseYaml } from "../../core/text/yaml-doc.ts";
import type { YamlPath } from "../../core/text/yaml-faults.ts";
import { approvedTemplates } from "../../providers/all.ts";
import type { ParamSource, Section } from "../../providers/approved.ts";
import { type Compiled, compileTemplate } from "../template/engine.ts";

/** One section, its parameters compiled. */
export type ApprovedFront = {
  readonly line: number;
  readonly fields: Section["fields"];
  readonly params: readonly FrontParam[];
};
export type FrontParam = {
  readonly name: string;
  readonly source: string;
  readonly line: number;
  readonly template: Compiled;
};
/** By section: `aliyun`, `tencent`, …. */
export type Front = Readonly<Record<string, ApprovedFront>>;

/** The subject of an e-mail. */
export type MailFront = Pick<FrontParam, "line" | "source" | "template"> & { readonly html: boolean };

/** `line` counts from 1 in the file. */
export type FileFault = { readonly line: number; readonly message: string };
export type FrontResult = {
  /** null: not given, which counts as marketing. */
  readonly category: "notice" | "marketing" | null;
  readonly front: Front;
  /** null: the text has no subject. */
  readonly mail: MailFront | null;
  readonly faults: readonly FileFault[];
};

/** In UTF-16 units. */
const MAX_FRONT = 4_096;
/** In one file; each costs as much as a small template. */
const MAX_PARAMS = 30;

const category = z.enum(["notice", "marketing"]).optional();
const sections = Object.fromEntries(approvedTemplates.map(({ section, shape }) => [section, shape.optional()]));
const subject = z
  .string({ error: "must be text, in quotes if it begins with {{" })
  .max(500, "is longer than 500 characters");
const html = z.boolean({ error: "must be true or false" });
const frontShape = z
  .strictObject({ ...sections, category, subject: subject.optional(), html: html.optional() })
  .refine(({ subject, html }) => subject !== undefined || html === undefined, {
    error: "is for e-mails: they have a subject, too",
    path: ["html"],
  });

/** `text`: the lines between the dashes. They begin in line 2. */
export function readFront(text: string): FrontResult {
  const none = { category: null, front: {}, mail: null };
  if (text.trim() === "") return { ...none, faults: [] };
  const parsed = parseYaml(text, frontShape, { linesBefore: 1, maxLength: MAX_FRONT });
  if (!parsed.ok) {
    const faults = parsed.faults.map(({ line, path, message }) => ({
      line,
      message: path === "" ? message : `${path}: ${message}`,
    }));
    return { ...none, faults: [...faults, ...paramFaults(parsed.raw)].sort((a, b) => a.line - b.line) };
  }
  const { category, subject, html = false, ...rest } = parsed.value;
  const given = rest as Readonly<Record<string, Section | undefined>>;
  const front: Record<string, ApprovedFront> = {};
  const faults: FileFault[] = [];
  let count = 0;
  for (const { section } of approvedTemplates) {
    const named = given[section];
    if (named === undefined) continue;
    count += named.params.length;
    const lineOf = (path: YamlPath) => parsed.lineOf([section, ...path]);
    front[section] = {
      line: lineOf([]),
      fields: named.fields,
      params: compileParams(named.params.slice(0, MAX_PARAMS), lineOf, (line, name, message) =>
        faults.push({ line, message: `${section}.params.${name}: ${message}` }),
      ),
    };
  }
  const mail = subject === undefined ? null : mailOf(subject, html, parsed.lineOf(["subject"]), faults);
  if (count > MAX_PARAMS) faults.push({ line: 2, message: `has more than ${MAX_PARAMS} parameters in all` });
  return { category: category ?? null, front, mail, faults };
}

function mailOf(source: string, html: boolean, line: number, faults: FileFault[]): MailFront | null {
  if (source.trim() === "") faults.push({ line, message: "subject: must not be empty" });
  const result = compileTemplate(source);
  if (result.ok) return { html, line, source, template: result.template };
  for (const { message } of result.faults) faults.push({ line, message: `subject: ${message}` });
  return null;
}

/** The faults of the parameters in front matter that has a fault elsewhere, as far as its sections can be read. */
function* paramFaults(raw: { readonly value: unknown; readonly lineOf: (path: YamlPath) => number } | undefined) {
  if (raw === undefined) return;
  for (const { section } of approvedTemplates) {
    const params = loose(loose(raw.value)[section]).params;
    for (const [key, source] of Object.entries(loose(params)).slice(0, MAX_PARAMS)) {
      const result = typeof source === "string" ? compileTemplate(source) : null;
      if (result?.ok !== false) continue;
      const [place, name] = Array.isArray(params) ? [Number(key), Number(key) + 1] : [key, key];
      const line = raw.lineOf([section, "params", place]);
      for (const { message } of result.faults) yield { line, message: `${section}.params.${name}: ${message}` };
    }
  }
}

const loose = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

function compileParams(
  given: readonly ParamSource[],
  lineOf: (path: YamlPath) => number,
  report: (line: number, name: string, message: string) => void,
): FrontParam[] {
  const compiled: FrontParam[] = [];
  for (const [index, { name, source, path }] of given.entries()) {
    const result = compileTemplate(source);
    const line = lineOf(path);
    if (given.findIndex((other) => other.name === name) < index) report(line, name, "is there twice");
    if (result.ok) compiled.push({ name, source, line, template: result.template });
    else for (const { message } of result.faults) report(line, name, message);
  }
  return compiled;
}
