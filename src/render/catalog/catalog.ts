/**
 * The catalog: campaigns with their templates, read from files for planning and dispatch. All faults of all files are reported at once,
 * each with file, line and remedy. A catalog with a fault is not built. A warning is about something that may be intended.
 */

import { z } from "zod";
import { shadowedCampaigns } from "../../core/campaign/campaign-cautions.ts";
import { canonicalCampaign, parseCampaignFile } from "../../core/campaign/campaign-file.ts";
import { formatFault, type YamlPath } from "../../core/text/yaml-faults.ts";
import { nameField } from "../../core/text/yaml-fields.ts";
import type { Campaign } from "../../core/values/policy.ts";
import { advisePhrase, isPhrase, type Phrase, readPhrases } from "../phrases.ts";
import { readCatalogFiles } from "./catalog-files.ts";
import type { CatalogOptions } from "./catalog-options.ts";
import { type CampaignOutline, readTemplates } from "./catalog-templates.ts";
import { type CatalogWarning, campaignWarnings, missingTemplates, textWarnings } from "./catalog-warnings.ts";
import { type FindTemplate, templateFinder } from "./find-template.ts";
import { digest, type Template } from "./template-file.ts";

export type Catalog = {
  /** By key. */
  readonly campaigns: readonly Campaign[];
  readonly templates: readonly Template[];
  readonly phrases: readonly Phrase[];
  /** The source files by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly findTemplate: FindTemplate;
};

export type CatalogResult =
  | {
      readonly ok: true;
      readonly catalog: Catalog;
      /** The warnings as data, and each as one line of text. */
      readonly advice: readonly CatalogWarning[];
      readonly warnings: readonly string[];
    }
  | {
      readonly ok: false;
      readonly faults: readonly string[];
      /** Those of the campaigns that have no fault. */
      readonly warnings: readonly string[];
    };

/** Reads `<dir>/<campaign>/…`. Never throws for bad content. File names in faults begin with `dir` as given, or relative to the working directory. */
export function loadCatalog(dir: string, options: CatalogOptions): CatalogResult {
  const read = readCatalogFiles(dir);
  const result =
    read.files.size > 0 || read.faults.length === 0
      ? buildCatalog(read.files, options, read.shownAs)
      : { ok: false as const, faults: [], warnings: [] };
  if (read.faults.length === 0) return result;
  return { ok: false, faults: [...read.faults, ...(result.ok ? [] : result.faults)], warnings: result.warnings };
}

/** Builds the catalog from texts by path (`default/campaign.yaml`, `default/nudge.sms.en.hbs`). `shownAs`: the directory that faults name. */
export function buildCatalog(
  files: ReadonlyMap<string, string>,
  options: CatalogOptions,
  shownAs: string,
): CatalogResult {
  const faults: string[] = [];
  const advice: CatalogWarning[] = [];
  const keys = [...new Set([...files.keys()].map((path) => path.split("/")[0] ?? ""))].sort();
  if (keys.length === 0)
    return { ok: false, faults: [`${shownAs}: has no campaign: add a directory with a campaign.yaml`], warnings: [] };
  const loaded = keys.map((key) => loadCampaign(key, files, options, shownAs, faults, advice));
  const written = () => advice.map(({ file, line, message }) => `${shownAs}/${file}:${line}: ${message}`);
  if (faults.length > 0) return { ok: false, faults, warnings: written() };
  const campaigns = loaded.flatMap((one) => (one === null ? [] : [one.campaign]));
  const templates = loaded.flatMap((one) => (one === null ? [] : one.templates));
  const phrases = loaded.flatMap((one) => (one === null ? [] : one.phrases));
  for (const { campaign, code, path, message } of shadowedCampaigns(campaigns)) {
    const line = loaded.find((one) => one?.campaign.key === campaign)?.lineOf(path) ?? 1;
    advice.push({ code, campaign, file: `${campaign}/campaign.yaml`, line, message });
  }
  return {
    ok: true,
    advice,
    warnings: written(),
    catalog: {
      campaigns: Object.freeze(campaigns),
      templates: Object.freeze(templates),
      phrases: Object.freeze(phrases),
      files,
      findTemplate: templateFinder(templates),
    },
  };
}

type Loaded = {
  readonly campaign: Campaign;
  readonly templates: readonly Template[];
  readonly phrases: readonly Phrase[];
  readonly lineOf: (path: YamlPath) => number;
};

function loadCampaign(
  key: string,
  files: ReadonlyMap<string, string>,
  options: CatalogOptions,
  shownAs: string,
  faults: string[],
  advice: CatalogWarning[],
): Loaded | null {
  const own = new Map<string, string>();
  const phraseFiles = new Map<string, string>();
  for (const [path, text] of files) {
    const name = path.slice(key.length + 1);
    if (path.startsWith(`${key}/`)) (isPhrase(name) ? phraseFiles : own).set(name, text);
  }
  faults.push(...unstorable([...own, ...phraseFiles], `${shownAs}/${key}`));
  const { phrases, faults: phraseFaults } = readPhrases(key, phraseFiles, `${shownAs}/${key}`);
  const file = `${shownAs}/${key}/campaign.yaml`;
  const text = own.get("campaign.yaml");
  own.delete("campaign.yaml");
  if (!/^[a-z0-9][a-z0-9-]{0,59}$/i.test(key))
    faults.push(`${shownAs}/${key}: a campaign's directory must be named by letters, digits and dashes, at most 60`);
  if (text === undefined) faults.push(`${shownAs}/${key}: has no campaign.yaml`);
  const parsed =
    text === undefined
      ? null
      : options.stored === true
        ? parseCampaignFile(key, text, null)
        : parseCampaignFile(key, text, options.channels, options.shopCurrencies);
  if (parsed?.ok === false) faults.push(...parsed.faults.map((fault) => formatFault(file, fault)));
  const draft = parsed?.ok ? parsed.value : null;
  // A faulty key of the campaign does not hide what its steps and texts lack.
  const outline = draft ?? (parsed?.ok === false ? outlineOf(parsed.raw?.value) : null);
  const read = readTemplates(key, own, outline, `${shownAs}/${key}`, options);
  faults.push(...read.faults, ...phraseFaults);
  const lineOf = parsed?.ok === true ? parsed.lineOf : parsed?.raw?.lineOf;
  if (outline !== null && lineOf !== undefined)
    faults.push(...missingTemplates(outline, read, options, (path, message) => `${file}:${lineOf(path)}: ${message}`));
  if (draft === null || parsed?.ok !== true) return null;
  for (const { code, path, message } of campaignWarnings(draft, read, options))
    advice.push({
      code,
      campaign: key,
      file: `${key}/campaign.yaml`,
      line: parsed.lineOf(path),
      message,
    });
  advice.push(...textWarnings(key, read, options));
  for (const phrase of phrases)
    for (const one of advisePhrase(phrase)) advice.push({ ...one, campaign: key, file: `${phrase.id}.hbs` });
  const versions = [...read.templates, ...phrases].map(({ id, version }) => `${id} ${version}`).sort();
  const version = digest([canonicalCampaign(draft), ...versions].join("\n"));
  return { campaign: Object.freeze({ ...draft, version }), templates: read.templates, phrases, lineOf: parsed.lineOf };
}

/** Steps and variants of a campaign with a fault elsewhere; null: they have faults of their own. */
function outlineOf(value: unknown): CampaignOutline | null {
  const parsed = outlineShape.safeParse(value);
  if (!parsed.success) return null;
  const { steps, variants } = parsed.data;
  return { steps, variants: Object.keys(variants ?? {}).map((variant) => ({ key: variant })) };
}
const outlineShape = z.looseObject({
  steps: z.array(z.looseObject({ id: nameField, channels: z.array(nameField).min(1) })),
  variants: z.record(nameField, z.unknown()).optional(),
});

/** PostgreSQL stores neither NUL nor half of a surrogate pair. */
function* unstorable(files: Iterable<readonly [string, string]>, shownAs: string): Generator<string> {
  for (const [name, text] of files) {
    const at = text.search(/\0|\p{Cs}/u);
    if (at >= 0)
      yield `${shownAs}/${name}:${text.slice(0, at).split("\n").length}: has a character that cannot be stored (NUL, or half of a surrogate pair): remove it`;
  }
}
