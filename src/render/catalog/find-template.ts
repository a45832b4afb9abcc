/** Finds the template of a message by campaign, step, variant, channel and locale. */
import { localeChain } from "./locales.ts";
import type { Template } from "./template-file.ts";

export type TemplateQuery = {
  /** Campaign key. */
  readonly campaign: string;
  readonly step: string;
  readonly variant: string | null;
  readonly channel: string;
  /** The buyer's locale, in any spelling; null: not known. */
  readonly locale: string | null;
  readonly shopLocale: string;
};

/** `zh-CN` → `zh` → the shop's locale → `en`. Within a locale the variant's own template comes before the common one. */
export type FindTemplate = (query: TemplateQuery) => Template | null;

export function templateFinder(templates: readonly Template[]): FindTemplate {
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
