/**
 * One `.hbs` file: optional YAML front matter with a provider's approved template, then the text. The buyer reads the text, and the text is
 * counted. The parameters of the front matter are rendered beside it for the provider.
 */
import { createHash } from "node:crypto";
import type { ApprovedTemplate, Mail } from "../../core/seams/channel.ts";
import { providerOf } from "../../providers/all.ts";
import type { TemplateData } from "../template/data.ts";
import { type Compiled, compileTemplate } from "../template/engine.ts";
import { type FileFault, type Front, type FrontResult, type MailFront, readFront } from "./front.ts";

export type TemplateName = {
  readonly campaign: string;
  readonly step: string;
  /** null: for every variant without a template of its own. */
  readonly variant: string | null;
  readonly channel: string;
  readonly locale: string;
};

export type Rendered =
  | {
      readonly ok: true;
      readonly text: string;
      readonly params: Readonly<Record<string, string>>;
      readonly approved: ApprovedTemplate | null;
      readonly mail: Mail | null;
    }
  | { readonly ok: false; readonly message: string };

export type Template = TemplateName & {
  /** `default/nudge.sms.en` */
  readonly id: string;
  /** Changes when the file changes. */
  readonly version: string;
  /** The whole file. */
  readonly source: string;
  /** Number of lines of the file before the text. */
  readonly linesBefore: number;
  readonly category: FrontResult["category"];
  /** Whether the file mentions a buyer's name and items. A value that it does not mention need not be loaded. */
  readonly speaksOf: { readonly name: boolean; readonly items: boolean };
  /** The variables that the text shows. */
  readonly printed: readonly string[];
  readonly front: Front;
  /** null: it is no text of an e-mail. */
  readonly mail: MailFront | null;
  /**
   * `params` and `approved` come from the section of the channel's provider (`aliyun-sms` reads `aliyun`). A provider without approved
   * templates, such as a webhook, gets those of the section if the file has exactly one. Never throws.
   */
  render(data: TemplateData, provider?: string): Rendered;
};

export type TemplateResult =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly faults: readonly FileFault[] };

export function parseTemplate(name: TemplateName, source: string): TemplateResult {
  const parts = split(source.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n"));
  if (parts === null)
    return { ok: false, faults: [{ line: 1, message: "the front matter has no end: close it with a line ---" }] };
  const { front, category, mail, faults: frontFaults } = readFront(parts.front);
  const faults: FileFault[] = [...frontFaults];
  const body = compileTemplate(parts.body);
  if (!body.ok) faults.push(...body.faults.map(({ line, message }) => ({ line: line + parts.linesBefore, message })));
  if (!body.ok || faults.length > 0) return { ok: false, faults };
  const { template } = body;
  const params = Object.values(front).flatMap((section) => section.params);
  const walks = [template, ...params.map((param) => param.template), ...(mail === null ? [] : [mail.template])].some(
    (part) => part.walks,
  );
  // YAML can write a word with escapes.
  const speaksOf = (word: RegExp) => walks || word.test(source) || parts.front.includes("\\");
  const variant = name.variant === null ? "" : `.${name.variant}`;
  return {
    ok: true,
    template: {
      ...name,
      id: `${name.campaign}/${name.step}${variant}.${name.channel}.${name.locale}`,
      version: digest(source),
      source,
      linesBefore: parts.linesBefore,
      category,
      speaksOf: { name: speaksOf(/\bname\b/), items: speaksOf(/\bitems\b/) },
      printed: template.printed,
      front,
      mail,
      render: (data, provider) => render(template, { front, mail }, sectionFor(front, provider), data),
    },
  };
}

/** 64 bits of SHA-256 in hex: enough to distinguish versions. */
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

/** The section of the front matter that the provider reads; null: it reads no section. */
function sectionFor(front: Front, provider: string | undefined): string | null {
  const own = provider === undefined ? undefined : providerOf(provider)?.approved?.section;
  if (own !== undefined) return Object.hasOwn(front, own) ? own : null;
  const [only, ...others] = Object.keys(front);
  return only !== undefined && others.length === 0 ? only : null;
}

function render(
  body: Compiled,
  { front, mail: mailFront }: Pick<Template, "front" | "mail">,
  section: string | null,
  data: TemplateData,
): Rendered {
  const result = body.render(data);
  if (!result.ok) return result;
  const mail = renderMail(mailFront, data);
  if (typeof mail === "string") return { ok: false, message: `subject: ${mail}` };
  if (section === null) return { ok: true, text: result.text, params: {}, approved: null, mail };
  const values: Record<string, string> = {};
  for (const { name, template } of front[section]?.params ?? []) {
    const value = template.render(data);
    if (!value.ok) return { ok: false, message: `parameter ${name}: ${value.message}` };
    values[name] = value.text;
  }
  const approved = { provider: section, fields: front[section]?.fields ?? {} };
  return { ok: true, text: result.text, params: values, approved, mail };
}

/** A text: why there is no subject. */
function renderMail(mail: MailFront | null, data: TemplateData): Mail | null | string {
  if (mail === null) return null;
  const result = mail.template.render(data);
  if (!result.ok) return result.message;
  return { subject: result.text.replace(/\s+/g, " ").trim(), html: mail.html };
}
