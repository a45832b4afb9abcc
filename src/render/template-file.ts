/**
 * One `.hbs` file: optional YAML front matter with a provider's approved template, then the text. The text is what the
 * buyer reads and what is counted; the front matter's parameters are rendered beside it for the provider.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { parseYaml } from "../core/yaml-doc.ts";
import type { TemplateData } from "./data.ts";
import { type Compiled, compileTemplate } from "./engine.ts";

const PROVIDERS = ["aliyun", "tencent", "twilio", "whatsapp", "wechat"] as const;

/** What a provider calls its approved template: `signName`, `templateCode`, …; all but the parameters. */
export type ProviderFront = {
  readonly fields: Readonly<Record<string, string>>;
  /** In order; positional ones are named 1, 2, …. */
  readonly params: readonly { readonly name: string; readonly source: string }[];
};
export type Front = Readonly<Record<string, ProviderFront>>;

export type TemplateName = {
  readonly campaign: string;
  readonly step: string;
  /** null: for every variant that has no text of its own. */
  readonly variant: string | null;
  readonly channel: string;
  readonly locale: string;
};

export type Rendered =
  | { readonly ok: true; readonly text: string; readonly params: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly message: string };

export type Template = TemplateName & {
  /** `default/nudge.sms.en` */
  readonly id: string;
  /** Changes with the file's text. */
  readonly version: string;
  /** The whole file. */
  readonly source: string;
  readonly front: Front;
  /** `params`: those of the provider (`aliyun-sms` reads `aliyun`), or of the only one there is when none is named. Never throws. */
  render(data: TemplateData, provider?: string): Rendered;
};

/** `line` counts from 1 in the file. */
export type FileFault = { readonly line: number; readonly message: string };
export type TemplateResult =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly faults: readonly FileFault[] };

const field = z.union([z.string(), z.number()], { error: "must be text" }).transform(String);
const frontShape = z.strictObject(
  Object.fromEntries(
    PROVIDERS.map((provider) => [
      provider,
      z
        .object({
          params: z
            .union([z.record(z.string(), z.string()), z.array(z.string())], {
              error: "must be a map or a list of texts",
            })
            .optional(),
        })
        .catchall(field)
        .optional(),
    ]),
  ),
);

export function parseTemplate(name: TemplateName, source: string): TemplateResult {
  const parts = split(source.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n"));
  if (parts === null)
    return { ok: false, faults: [{ line: 1, message: "the front matter is not closed by a line ---" }] };
  const faults: FileFault[] = [];
  const { front, params } = readFront(parts.front, faults);
  const body = compileTemplate(parts.body);
  if (!body.ok) faults.push(...body.faults.map(({ line, message }) => ({ line: line + parts.linesBefore, message })));
  if (!body.ok || faults.length > 0) return { ok: false, faults };
  const { template } = body;
  const variant = name.variant === null ? "" : `.${name.variant}`;
  return {
    ok: true,
    template: {
      ...name,
      id: `${name.campaign}/${name.step}${variant}.${name.channel}.${name.locale}`,
      version: digest(source),
      source,
      front,
      render: (data, provider) => render(template, chosen(params, provider), data),
    },
  };
}

/** 64 bits of SHA-256, in hex: enough to tell versions apart. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

type Parts = { readonly front: string; readonly body: string; readonly linesBefore: number };

function split(text: string): Parts | null {
  if (!/^---[ \t]*\n/.test(text)) return { front: "", body: text, linesBefore: 0 };
  const lines = text.split("\n");
  const end = lines.findIndex((line, index) => index > 0 && /^---[ \t]*$/.test(line));
  if (end < 0) return null;
  return { front: lines.slice(1, end).join("\n"), body: lines.slice(end + 1).join("\n"), linesBefore: end + 1 };
}

type Params = ReadonlyMap<string, readonly { readonly name: string; readonly template: Compiled }[]>;

function readFront(text: string, faults: FileFault[]): { front: Front; params: Params } {
  const none = { front: {}, params: new Map() };
  if (text.trim() === "") return none;
  const parsed = parseYaml(text, frontShape, { linesBefore: 1 });
  if (!parsed.ok) {
    faults.push(
      ...parsed.faults.map(({ line, path, message }) => ({
        line,
        message: path === "" ? message : `${path}: ${message}`,
      })),
    );
    return none;
  }
  const front: Record<string, ProviderFront> = {};
  const params = new Map<string, { name: string; template: Compiled }[]>();
  for (const [provider, section] of Object.entries(parsed.value)) {
    if (section === undefined) continue;
    const { params: given = {}, ...fields } = section;
    const positional = Array.isArray(given);
    const named = Object.entries(given).map(([key, source]) => ({
      key,
      name: positional ? String(Number(key) + 1) : key,
      source,
    }));
    front[provider] = { fields, params: named.map(({ name, source }) => ({ name, source })) };
    params.set(provider, []);
    for (const { key, name, source } of named) {
      const compiled = compileTemplate(source);
      const line = parsed.lineOf([provider, "params", key]);
      if (compiled.ok) params.get(provider)?.push({ name, template: compiled.template });
      else
        faults.push(
          ...compiled.faults.map(({ message }) => ({ line, message: `${provider}.params.${name}: ${message}` })),
        );
    }
  }
  return { front, params };
}

function chosen(params: Params, provider: string | undefined) {
  if (provider === undefined) return params.size === 1 ? ([...params.values()][0] ?? []) : [];
  for (const [name, own] of params) if (provider === name || provider.startsWith(`${name}-`)) return own;
  return [];
}

function render(body: Compiled, params: readonly { name: string; template: Compiled }[], data: TemplateData): Rendered {
  const result = body.render(data);
  if (!result.ok) return result;
  const values: Record<string, string> = {};
  for (const { name, template } of params) {
    const value = template.render(data);
    if (!value.ok) return { ok: false, message: `parameter ${name}: ${value.message}` };
    values[name] = value.text;
  }
  return { ok: true, text: result.text, params: values };
}
