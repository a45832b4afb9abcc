/** Reads the template files of one campaign. Their names give step, variant, channel and locale, which must be those of the campaign. */

import { channelsFrom } from "../../core/seams/channel-order.ts";
import { didYouMean } from "../../core/text/suggest.ts";
import type { Campaign } from "../../core/values/policy.ts";
import { providerOf } from "../../providers/all.ts";
import type { CatalogOptions } from "./catalog-options.ts";
import { knownTemplate } from "./known-templates.ts";
import type { Template, TemplateName } from "./template-file.ts";
import { nameOf } from "./template-name.ts";

export type CampaignTemplates = {
  readonly templates: readonly Template[];
  readonly faults: readonly string[];
  /** `<step>.<channel>` of files that have a fault. */
  readonly damaged: ReadonlySet<string>;
};

/** The parts of a campaign that its files are matched with. */
export type CampaignOutline = {
  readonly steps: readonly Pick<Campaign["steps"][number], "id" | "channels">[];
  readonly variants: readonly Pick<Campaign["variants"][number], "key">[];
};

/** `draft` null: its steps have faults, so that only the texts can be checked. `shownAs`: the campaign's directory. */
export function readTemplates(
  campaign: string,
  files: ReadonlyMap<string, string>,
  draft: CampaignOutline | null,
  shownAs: string,
  options: Pick<CatalogOptions, "fallbacks" | "stored" | "channelFacts">,
): CampaignTemplates {
  const templates: Template[] = [];
  const faults: string[] = [];
  const damaged = new Set<string>();
  for (const [file, text] of files) {
    const name = nameOf(campaign, file);
    if (typeof name === "string") {
      faults.push(`${shownAs}/${file}: ${name}`);
      continue;
    }
    const place = draft === null ? null : misplaced(name, draft, options);
    if (place !== null) faults.push(`${shownAs}/${file}: ${place}`);
    const result = knownTemplate(name, text);
    if (result.ok && lacksSubject(result.template, options)) {
      damaged.add(`${name.step}.${name.channel}`);
      faults.push(
        `${shownAs}/${file}:1: an e-mail needs a subject: begin the file with ---, a line "subject: …", and ---`,
      );
      continue;
    }
    if (result.ok && place === null) templates.push(result.template);
    if (result.ok) continue;
    damaged.add(`${name.step}.${name.channel}`);
    faults.push(...result.faults.map(({ line, message }) => `${shownAs}/${file}:${line}: ${message}`));
  }
  return { templates, faults, damaged };
}

/** The channel may have got another provider since the text was stored: then its sends say so. */
function lacksSubject(
  { mail, channel }: Template,
  { channelFacts, stored = false }: Pick<CatalogOptions, "channelFacts" | "stored">,
): boolean {
  const provider = channelFacts?.find(({ name }) => name === channel)?.provider;
  return mail === null && !stored && provider !== undefined && providerOf(provider)?.needsSubject === true;
}

const NO_FALLBACKS: NonNullable<CatalogOptions["fallbacks"]> = new Map();

/** The reason why the file matches nothing in the campaign, or null. */
function misplaced(
  name: TemplateName,
  { steps, variants }: CampaignOutline,
  { fallbacks = NO_FALLBACKS, stored = false }: Pick<CatalogOptions, "fallbacks" | "stored">,
): string | null {
  const step = steps.find(({ id }) => id === name.step);
  if (step === undefined)
    return `matches nothing: the campaign has no step ${name.step}${didYouMean(
      name.step,
      steps.map(({ id }) => id),
    )}`;
  // A fallback may have left dunlin.yaml since the text was stored.
  if (!stored && !channelsFrom(fallbacks, step, step.channels[0] ?? "").includes(name.channel))
    return `matches nothing: step ${name.step} does not use channel ${name.channel}${didYouMean(name.channel, step.channels)}`;
  const keys = variants.map(({ key }) => key);
  if (name.variant !== null && !keys.includes(name.variant))
    return `matches nothing: the campaign has no variant ${name.variant}${didYouMean(name.variant, keys)}`;
  return null;
}
