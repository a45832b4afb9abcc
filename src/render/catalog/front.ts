/** The front matter of a text → what is handed to a provider beside it: the name of its approved template, and its parameters. */
import { parseYaml } from "../../core/text/yaml-doc.ts";
import type { YamlPath } from "../../core/text/yaml-faults.ts";
import { type Compiled, compileTemplate } from "../template/engine.ts";
import { type FrontShape, frontShape, PROVIDERS, type Provider } from "./front-schema.ts";

/** Parameters in order; positional ones are named 1, 2, …, those of WhatsApp's components body.1, button.0.1. */
export type ProviderFront = {
  /** What the provider calls its template: `signName`, `templateCode`, …. */
  readonly fields: Readonly<Record<string, string>>;
  readonly params: readonly FrontParam[];
};
export type FrontParam = {
  readonly name: string;
  readonly source: string;
  readonly line: number;
  readonly template: Compiled;
};
export type Front = Readonly<Partial<Record<Provider, ProviderFront>>>;

/** `line` counts from 1 in the file. */
export type FileFault = { readonly line: number; readonly message: string };
export type FrontResult = {
  /** null: not said, which counts as marketing. */
  readonly category: "notice" | "marketing" | null;
  readonly front: Front;
  readonly faults: readonly FileFault[];
};

/** In UTF-16 units. */
const MAX_FRONT = 4_096;
/** In one file; each costs as much as a small template. */
const MAX_PARAMS = 30;

/** `text`: what stands between the lines of dashes; it begins in line 2. */
export function readFront(text: string): FrontResult {
  const none = { category: null, front: {} };
  if (text.trim() === "") return { ...none, faults: [] };
  const parsed = parseYaml(text, frontShape, { linesBefore: 1, maxLength: MAX_FRONT });
  if (!parsed.ok)
    return {
      ...none,
      faults: parsed.faults.map(({ line, path, message }) => ({
        line,
        message: path === "" ? message : `${path}: ${message}`,
      })),
    };
  const front: Partial<Record<Provider, ProviderFront>> = {};
  const faults: FileFault[] = [];
  let count = 0;
  for (const provider of PROVIDERS) {
    const section = parsed.value[provider];
    if (section === undefined) continue;
    const given = paramsOf(section);
    count += given.length;
    const lineOf = (path: YamlPath) => parsed.lineOf([provider, ...path]);
    front[provider] = {
      fields: fieldsOf(section),
      params: compileParams(given.slice(0, MAX_PARAMS), lineOf, (line, name, message) =>
        faults.push({ line, message: `${provider}.params.${name}: ${message}` }),
      ),
    };
  }
  if (count > MAX_PARAMS) faults.push({ line: 2, message: `holds more than ${MAX_PARAMS} parameters in all` });
  return { category: parsed.value.category ?? null, front, faults };
}

type Section = Exclude<FrontShape[Provider], undefined>;
type Given = { readonly name: string; readonly source: string; readonly path: YamlPath };

function paramsOf(section: Section): Given[] {
  const { params } = section;
  if (Array.isArray(params))
    return params.map((source, index) => ({ name: String(index + 1), source, path: ["params", index] }));
  if (params !== undefined)
    return Object.entries(params).map(([name, source]) => ({ name, source, path: ["params", name] }));
  const components = ("components" in section ? section.components : undefined) ?? [];
  return components.flatMap(({ type, index, parameters }, position) =>
    parameters.map((source, at) => ({
      name: `${index === undefined ? type : `${type}.${index}`}.${at + 1}`,
      source,
      path: ["components", position, "parameters", at],
    })),
  );
}

/** All but the parameters. A button's kind is a field of its own: `button.0` → `url`. */
function fieldsOf(section: Section): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [key, value] of Object.entries(section)) if (typeof value === "string") fields[key] = value;
  for (const { type, index, sub_type } of ("components" in section ? section.components : undefined) ?? [])
    if (index !== undefined) fields[`${type}.${index}`] = sub_type ?? "url";
  return fields;
}

function compileParams(
  given: readonly Given[],
  lineOf: (path: YamlPath) => number,
  say: (line: number, name: string, message: string) => void,
): FrontParam[] {
  const compiled: FrontParam[] = [];
  for (const [index, { name, source, path }] of given.entries()) {
    const result = compileTemplate(source);
    const line = lineOf(path);
    if (given.findIndex((other) => other.name === name) < index) say(line, name, "is there twice");
    if (result.ok) compiled.push({ name, source, line, template: result.template });
    else for (const { message } of result.faults) say(line, name, message);
  }
  return compiled;
}
