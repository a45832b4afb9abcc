/** The front matter of a text → what is handed to a provider beside it: the name of its approved template, and its parameters. */
import { parseYaml } from "../core/yaml-doc.ts";
import type { YamlPath } from "../core/yaml-faults.ts";
import { type Compiled, compileTemplate } from "./engine.ts";
import { type FrontShape, frontShape, PROVIDERS, type Provider } from "./front-schema.ts";

/** Parameters in order; positional ones are named 1, 2, …, those of WhatsApp's components body.1, button.0.1. */
export type ProviderFront = {
  /** What the provider calls its template: `signName`, `templateCode`, …. */
  readonly fields: Readonly<Record<string, string>>;
  readonly params: readonly FrontParam[];
};
export type FrontParam = { readonly name: string; readonly source: string; readonly line: number };
export type Front = Readonly<Partial<Record<Provider, ProviderFront>>>;
export type CompiledParam = { readonly name: string; readonly template: Compiled };

/** `line` counts from 1 in the file. */
export type FileFault = { readonly line: number; readonly message: string };
export type FrontResult = {
  /** null: not said, which counts as marketing. */
  readonly category: "notice" | "marketing" | null;
  readonly front: Front;
  readonly params: ReadonlyMap<Provider, readonly CompiledParam[]>;
  readonly faults: readonly FileFault[];
};

/** In UTF-16 units. */
const MAX_FRONT = 4_096;
/** In one file; each costs as much as a small template. */
const MOST_PARAMS = 30;

/** `text`: what stands between the lines of dashes; it begins in line 2. */
export function readFront(text: string): FrontResult {
  const none = { category: null, front: {}, params: new Map() };
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
  const params = new Map<Provider, CompiledParam[]>();
  const faults: FileFault[] = [];
  for (const provider of PROVIDERS) {
    const section = parsed.value[provider];
    if (section === undefined) continue;
    const given = paramsOf(section).map(({ path, ...param }) => ({
      ...param,
      line: parsed.lineOf([provider, ...path]),
    }));
    front[provider] = { fields: fieldsOf(section), params: given };
    params.set(provider, compileParams(provider, given, faults));
  }
  const count = Object.values(front).reduce((sum, section) => sum + section.params.length, 0);
  if (count > MOST_PARAMS) faults.push({ line: 2, message: `holds more than ${MOST_PARAMS} parameters in all` });
  return { category: parsed.value.category ?? null, front, params, faults };
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

function compileParams(provider: Provider, given: readonly FrontParam[], faults: FileFault[]): CompiledParam[] {
  const compiled: CompiledParam[] = [];
  const names = new Set<string>();
  for (const { name, source, line } of given.slice(0, MOST_PARAMS)) {
    const result = compileTemplate(source);
    const say = (message: string) => faults.push({ line, message: `${provider}.params.${name}: ${message}` });
    if (names.has(name)) say("is there twice");
    names.add(name);
    if (result.ok) compiled.push({ name, template: result.template });
    else for (const { message } of result.faults) say(message);
  }
  return compiled;
}
