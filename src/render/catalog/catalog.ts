/**
 * The catalog: campaigns with their templates, from files to what planning and dispatch use. All faults of all files come
 * out at once, each with file, line and remedy; a catalog with a fault is not made. Warnings are for what may be meant.
 */
import { type AdviceCode, adviseCampaign } from "../../core/campaign/campaign-advice.ts";
import { campaignDoubts } from "../../core/campaign/campaign-doubts.ts";
import { canonicalCampaign, parseCampaignFile } from "../../core/campaign/campaign-file.ts";
import { didYouMean } from "../../core/text/suggest.ts";
import { formatFault, formatPath, type YamlPath } from "../../core/text/yaml-faults.ts";
import type { Campaign } from "../../core/values/policy.ts";
import { readCatalogFiles } from "./catalog-files.ts";
import { type CampaignTemplates, readTemplates } from "./catalog-templates.ts";
import { localeChain } from "./locales.ts";
import { digest, type Template } from "./template-file.ts";
import { adviseText, type ChannelFacts, type TextAdviceCode } from "./text-advice.ts";

export type CatalogOptions = {
  /** Names of the configured channels. */
  readonly channels: readonly string[];
  /** What texts are judged by. Of a channel that is not among them its name tells: `sms` speaks to phones. */
  readonly channelFacts?: readonly ChannelFacts[];
  /** After how long the shops' orders close, ms. */
  readonly closeAfters?: readonly number[];
  /** The shops' locales (that of `"*"` too): each should find a text in every step. Default: `en`. */
  readonly shopLocales?: readonly string[];
  /** The listed shops; null or absent: any shop is taken, so none is unknown. */
  readonly shopIds?: readonly string[] | null;
  /** What is read was checked when it was stored: a channel that is not configured any more is only a warning. */
  readonly stored?: boolean;
};

export type TemplateQuery = {
  /** Campaign key. */
  readonly campaign: string;
  readonly step: string;
  readonly variant: string | null;
  readonly channel: string;
  /** The buyer's, in any spelling; null: not known. */
  readonly locale: string | null;
  readonly shopLocale: string;
};

export type Catalog = {
  /** By key. */
  readonly campaigns: readonly Campaign[];
  readonly templates: readonly Template[];
  /** The texts that all of it was made of, by path. */
  readonly files: ReadonlyMap<string, string>;
  /** `zh-CN` → `zh` → the shop's → `en`; within a locale the variant's own text before the common one. */
  findTemplate(query: TemplateQuery): Template | null;
};

/** `text`: about the words of a template; `campaign`: about all else. */
export type CatalogWarning = {
  readonly code: AdviceCode | TextAdviceCode | "unknown_shop" | "doubtful" | "no_channel" | "no_locale";
  readonly about: "campaign" | "text";
  readonly campaign: string;
  /** `default/nudge.sms.en.hbs` */
  readonly file: string;
  readonly line: number;
  readonly message: string;
};

export type CatalogResult =
  | {
      readonly ok: true;
      readonly catalog: Catalog;
      /** As data, and each as a line with file and line. */
      readonly advice: readonly CatalogWarning[];
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Reads `<dir>/<campaign>/…`. Never throws for what it finds there; file names in faults begin with `dir` as given, or relative to where the process runs. */
export function loadCatalog(dir: string, options: CatalogOptions): CatalogResult {
  const read = readCatalogFiles(dir);
  const result =
    read.files.size > 0 || read.faults.length === 0
      ? buildCatalog(read.files, options, read.shownAs)
      : { ok: false as const, faults: [] };
  if (read.faults.length === 0) return result;
  return { ok: false, faults: [...read.faults, ...(result.ok ? [] : result.faults)] };
}

/** The same from texts by path (`default/campaign.yaml`, `default/nudge.sms.en.hbs`). `shownAs`: the directory to name in faults. */
export function buildCatalog(
  files: ReadonlyMap<string, string>,
  options: CatalogOptions,
  shownAs: string,
): CatalogResult {
  const faults: string[] = [];
  const advice: CatalogWarning[] = [];
  const keys = [...new Set([...files.keys()].map((path) => path.split("/")[0] ?? ""))].sort();
  if (keys.length === 0)
    return { ok: false, faults: [`${shownAs}: holds no campaign (a directory with a campaign.yaml)`] };
  const loaded = keys.map((key) => loadCampaign(key, files, options, shownAs, faults, advice));
  if (faults.length > 0) return { ok: false, faults };
  const campaigns = loaded.flatMap((one) => (one === null ? [] : [one.campaign]));
  const templates = loaded.flatMap((one) => (one === null ? [] : one.templates));
  return {
    ok: true,
    advice,
    warnings: advice.map(({ file, line, message }) => `${shownAs}/${file}:${line}: ${message}`),
    catalog: {
      campaigns: Object.freeze(campaigns),
      templates: Object.freeze(templates),
      files,
      findTemplate: finder(templates),
    },
  };
}

function loadCampaign(
  key: string,
  files: ReadonlyMap<string, string>,
  options: CatalogOptions,
  shownAs: string,
  faults: string[],
  advice: CatalogWarning[],
): { campaign: Campaign; templates: readonly Template[] } | null {
  const own = new Map<string, string>();
  for (const [path, text] of files) if (path.startsWith(`${key}/`)) own.set(path.slice(key.length + 1), text);
  faults.push(...unstorable(own, `${shownAs}/${key}`));
  const file = `${shownAs}/${key}/campaign.yaml`;
  const text = own.get("campaign.yaml");
  own.delete("campaign.yaml");
  if (!/^[a-z0-9][a-z0-9-]{0,59}$/i.test(key))
    faults.push(`${shownAs}/${key}: a campaign's directory must be named by letters, digits and dashes, at most 60`);
  if (text === undefined) faults.push(`${shownAs}/${key}: has no campaign.yaml`);
  const parsed =
    text === undefined ? null : parseCampaignFile(key, text, options.stored === true ? null : options.channels);
  if (parsed?.ok === false) faults.push(...parsed.faults.map((fault) => formatFault(file, fault)));
  const draft = parsed?.ok ? parsed.value : null;
  const read = readTemplates(key, own, draft, `${shownAs}/${key}`);
  faults.push(...read.faults);
  if (draft === null || parsed?.ok !== true) return null;
  const say = (path: YamlPath, message: string) => `${file}:${parsed.lineOf(path)}: ${message}`;
  faults.push(...missingTemplates(draft, read, say));
  for (const { code, path, message } of campaignWarnings(draft, read, options))
    advice.push({
      code,
      about: "campaign",
      campaign: key,
      file: `${key}/campaign.yaml`,
      line: parsed.lineOf(path),
      message,
    });
  advice.push(...textWarnings(key, read, options));
  const versions = read.templates.map(({ id, version }) => `${id} ${version}`).sort();
  const version = digest([canonicalCampaign(draft), ...versions].join("\n"));
  return { campaign: Object.freeze({ ...draft, version }), templates: read.templates };
}

/** PostgreSQL keeps neither NUL nor half of a surrogate pair. */
function* unstorable(files: ReadonlyMap<string, string>, shownAs: string): Generator<string> {
  for (const [name, text] of files) {
    const at = text.search(/\0|\p{Cs}/u);
    if (at >= 0)
      yield `${shownAs}/${name}:${text.slice(0, at).split("\n").length}: holds a character that is none (NUL, or half of one)`;
  }
}

type Draft = Omit<Campaign, "version">;
type Say = (path: YamlPath, message: string) => string;

/** Every step on each of its channels needs a text, and so does every variant, unless there is one for all. */
function* missingTemplates(draft: Draft, { templates, damaged }: CampaignTemplates, say: Say): Generator<string> {
  for (const [index, step] of draft.steps.entries())
    for (const [position, channel] of step.channels.entries()) {
      // A file of this step and channel that is at fault is told as that.
      if (damaged.has(`${step.id}.${channel}`)) continue;
      const path = ["steps", index, "channels", position];
      const own = templates.filter((template) => template.step === step.id && template.channel === channel);
      if (own.some(({ variant }) => variant === null)) continue;
      const without = draft.variants.map(({ key }) => key).filter((key) => !own.some(({ variant }) => variant === key));
      if (own.length === 0)
        yield say(path, `step ${step.id} has no template for ${channel}: add ${step.id}.${channel}.en.hbs`);
      else if (without.length > 0)
        yield say(
          path,
          `step ${step.id} has no template for ${channel} in variant ${without.join(", ")}: add ${step.id}.${channel}.en.hbs for all`,
        );
    }
}

type Told = Pick<CatalogWarning, "code" | "message"> & { readonly path: YamlPath };

function* campaignWarnings(draft: Draft, { templates }: CampaignTemplates, options: CatalogOptions): Generator<Told> {
  const { shopIds = null, shopLocales = ["en"], channels, closeAfters = [] } = options;
  const doubts = [...campaignDoubts(draft)].map(([path, message]) => ({ path, at: formatPath(path), message }));
  for (const { path, at, message } of doubts) yield { code: "doubtful", path, message: `${at}: ${message}` };
  const find = finder(templates);
  for (const [index, shop] of (draft.match.shops ?? []).entries())
    if (shopIds !== null && !shopIds.includes(shop))
      yield {
        code: "unknown_shop",
        path: ["match", "shops", index],
        message: `no shop ${shop} is configured${didYouMean(shop, shopIds)}`,
      };
  for (const [index, step] of draft.steps.entries())
    for (const [position, channel] of step.channels.entries()) {
      const path = ["steps", index, "channels", position];
      if (!channels.includes(channel))
        yield {
          code: "no_channel",
          path,
          message: step.channels.some((other) => channels.includes(other))
            ? `channel ${channel} is not configured: step ${step.id} goes over its others`
            : `channel ${channel} is not configured: step ${step.id} is never sent`,
        };
      const query = {
        campaign: draft.key,
        step: step.id,
        variant: draft.variants[0]?.key ?? null,
        channel,
        locale: null,
      };
      const without = [...new Set(shopLocales)].filter((shopLocale) => find({ ...query, shopLocale }) === null);
      if (without.length > 0)
        yield {
          code: "no_locale",
          path,
          message: `step ${step.id} on ${channel} has no text for locale ${without.join(", ")} nor en: such buyers get none`,
        };
    }
  // A step that fits no order at all is told as that.
  for (const advice of adviseCampaign(draft, closeAfters))
    if (advice.code !== "never_fits" || !doubts.some(({ at }) => at === formatPath(advice.path))) yield advice;
}

function* textWarnings(
  campaign: string,
  { templates }: CampaignTemplates,
  { channelFacts = [] }: CatalogOptions,
): Generator<CatalogWarning> {
  for (const template of templates) {
    const { channel } = template;
    const facts = channelFacts.find(({ name }) => name === channel) ?? unconfigured(channel);
    for (const told of adviseText(template, facts))
      yield { ...told, about: "text", campaign, file: `${template.id}.hbs` };
  }
}

const unconfigured = (name: string): ChannelFacts => ({
  name,
  provider: "console",
  contact: /sms|whatsapp|voice/i.test(name) ? "phone" : "chat",
});

function finder(templates: readonly Template[]): Catalog["findTemplate"] {
  const index = new Map<string, Template>();
  const keyOf = (campaign: string, step: string, variant: string | null, channel: string, locale: string) =>
    `${campaign}/${step}.${variant ?? ""}.${channel}.${locale}`;
  for (const template of templates)
    index.set(keyOf(template.campaign, template.step, template.variant, template.channel, template.locale), template);
  return ({ campaign, step, variant, channel, locale, shopLocale }) => {
    for (const tried of localeChain(locale, shopLocale)) {
      const own = variant === null ? undefined : index.get(keyOf(campaign, step, variant, channel, tried));
      const found = own ?? index.get(keyOf(campaign, step, null, channel, tried));
      if (found) return found;
    }
    return null;
  };
}
