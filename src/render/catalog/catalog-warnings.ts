/** Judges a campaign together with its templates: faults, which refuse the catalog, and warnings. */
import { type AdviceCode, adviseCampaign } from "../../core/campaign/campaign-advice.ts";
import { campaignCautions } from "../../core/campaign/campaign-cautions.ts";
import { plainNumbers } from "../../core/campaign/campaign-contradictions.ts";
import { campaignDoubts } from "../../core/campaign/campaign-doubts.ts";
import { channelsFrom } from "../../core/seams/channel-order.ts";
import { didYouMean } from "../../core/text/suggest.ts";
import { formatPath, type YamlPath } from "../../core/text/yaml-faults.ts";
import type { Campaign } from "../../core/values/policy.ts";
import { contactsOf, needsText } from "../../providers/all.ts";
import { consoleProvider } from "../../providers/console.ts";
import type { ChannelFacts, TextAdviceCode } from "./advice-types.ts";
import type { CatalogOptions } from "./catalog-options.ts";
import type { CampaignOutline, CampaignTemplates } from "./catalog-templates.ts";
import { templateFinder } from "./find-template.ts";
import { adviseText } from "./text-advice.ts";

export type CatalogWarning = {
  readonly code: AdviceCode | TextAdviceCode | "unknown_shop" | "doubtful" | "no_channel" | "no_locale";
  readonly campaign: string;
  /** `default/nudge.sms.en.hbs` */
  readonly file: string;
  readonly line: number;
  readonly message: string;
};

type Draft = Omit<Campaign, "version">;
type Say = (path: YamlPath, message: string) => string;

/** Each step needs a template for each of its channels. A step without a common template needs one for each variant. */
export function* missingTemplates(
  draft: CampaignOutline,
  { templates, damaged }: CampaignTemplates,
  { channels, stored, channelFacts = [] }: Pick<CatalogOptions, "channels" | "stored" | "channelFacts">,
  say: Say,
): Generator<string> {
  for (const [index, step] of draft.steps.entries())
    for (const [position, channel] of step.channels.entries()) {
      // The fault of a file for this step and channel is reported already, and so is a channel that is not configured.
      if (damaged.has(`${step.id}.${channel}`) || (stored !== true && !channels.includes(channel))) continue;
      if (isOptional(channelFacts, channel)) continue;
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

const isOptional = (facts: NonNullable<CatalogOptions["channelFacts"]>, channel: string): boolean =>
  facts.some((each) => each.name === channel && !needsText(each));

/** A fallback without a text is of no use to the step. */
function* idleFallbacks(
  draft: CampaignOutline,
  { templates, damaged }: CampaignTemplates,
  { fallbacks = new Map(), channelFacts = [] }: CatalogOptions,
): Generator<{ readonly path: YamlPath; readonly message: string }> {
  for (const [index, step] of draft.steps.entries())
    for (const channel of channelsFrom(fallbacks, step, step.channels[0] ?? "").slice(step.channels.length)) {
      const has = templates.some((template) => template.step === step.id && template.channel === channel);
      if (has || damaged.has(`${step.id}.${channel}`) || isOptional(channelFacts, channel)) continue;
      yield {
        path: ["steps", index, "channels"],
        message: `step ${step.id} has no template for ${channel}, the fallback of a channel, and cannot use it: add ${step.id}.${channel}.en.hbs`,
      };
    }
}

type CampaignAdvice = Pick<CatalogWarning, "code" | "message"> & { readonly path: YamlPath };

export function* campaignWarnings(
  draft: Draft,
  read: CampaignTemplates,
  options: CatalogOptions,
): Generator<CampaignAdvice> {
  const { templates } = read;
  const { shopIds = null, shopLocales = ["en"], channels, closeAfters = [] } = options;
  const doubts = [...campaignDoubts(draft)].map(([path, message]) => ({ path, at: formatPath(path, draft), message }));
  for (const { path, at, message } of doubts) yield { code: "doubtful", path, message: `${at}: ${message}` };
  for (const { path, message } of idleFallbacks(draft, read, options)) yield { code: "no_channel", path, message };
  const findTemplate = templateFinder(templates);
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
            ? `channel ${channel} is not configured: step ${step.id} uses its other channels`
            : `channel ${channel} is not configured: step ${step.id} is never sent`,
        };
      if (isOptional(options.channelFacts ?? [], channel)) continue;
      const query = {
        campaign: draft.key,
        step: step.id,
        variant: draft.variants[0]?.key ?? null,
        channel,
        locale: null,
      };
      const without = [...new Set(shopLocales)].filter((shopLocale) => findTemplate({ ...query, shopLocale }) === null);
      if (without.length > 0)
        yield {
          code: "no_locale",
          path,
          message: `step ${step.id} on ${channel} has no template for locale ${without
            .filter((locale) => locale !== "en")
            .concat("en")
            .join(" or ")}: these buyers get no message`,
        };
    }
  if (options.stored === true)
    for (const [path, message] of plainNumbers(draft, options.shopCurrencies ?? []))
      yield { code: "one_amount", path, message: `${formatPath(path, draft)} ${message}` };
  yield* campaignCautions(draft, options.now?.() ?? null);
  // A step that fits no order at all has its own warning.
  for (const advice of adviseCampaign(draft, closeAfters))
    if (advice.code !== "never_fits" || !doubts.some(({ at }) => at === formatPath(advice.path, draft))) yield advice;
}

export function* textWarnings(
  campaign: string,
  { templates }: CampaignTemplates,
  { channelFacts = [], payUrl }: CatalogOptions,
): Generator<CatalogWarning> {
  for (const template of templates) {
    const { channel } = template;
    const facts = channelFacts.find(({ name }) => name === channel) ?? unconfigured(channel);
    for (const advice of adviseText(template, facts, payUrl)) yield { ...advice, campaign, file: `${template.id}.hbs` };
  }
}

const unconfigured = (name: string): ChannelFacts => {
  const provider = consoleProvider.name;
  return { name, provider, contacts: contactsOf(name, provider) };
};
