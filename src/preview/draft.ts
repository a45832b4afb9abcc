/** A text that is being written, as its preview and its test message read it. Pure. */
import { didYouMean } from "../core/text/suggest.ts";
import { canonicalLocale } from "../core/values/locale.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import { parseTemplate, type Template } from "../render/catalog/template-file.ts";
import type { MessageChannel } from "../render/message.ts";
import { sampleFacts } from "../render/template/sample.ts";

export type DraftQuery = {
  /** The whole file, front matter included. */
  readonly template: string;
  readonly channel: string;
  /** null: the shop's locale. */
  readonly locale: string | null;
  readonly campaign: string;
  readonly step: string;
};

type Draft<C> = {
  readonly kind: "draft";
  readonly template: Template;
  readonly channel: C;
  readonly shop: ShopPolicy;
  readonly locale: string;
};

export type DraftRefused =
  | { readonly kind: "invalid"; readonly faults: readonly { readonly field: string; readonly message: string }[] }
  | {
      readonly kind: "invalid-template";
      readonly faults: readonly { readonly line: number; readonly message: string }[];
    }
  | { readonly kind: "not-rendered"; readonly message: string }
  | { readonly kind: "unknown-shop"; readonly shop: string };

type DraftDeps<C> = {
  readonly channels: readonly C[];
  readonly shopOf: (shop: string) => ShopPolicy | null;
};

/** `named`: the shop in whose name it is written; null: a made-up one. */
export function readDraft<C extends MessageChannel>(
  { channels, shopOf }: DraftDeps<C>,
  { template, locale: asked, campaign, step, ...query }: DraftQuery,
  named: string | null,
): Draft<C> | DraftRefused {
  const channel = channels.find(({ name }) => name === query.channel);
  if (channel === undefined) {
    const names = channels.map(({ name }) => name);
    const hint = didYouMean(query.channel, names) || ` (there are ${names.join(", ")})`;
    return invalid("channel", `no such channel is configured${hint}`);
  }
  const shop = named === null ? sampleFacts("en").shop : shopOf(named);
  if (shop === null) return { kind: "unknown-shop", shop: named ?? "" };
  const locale = canonicalLocale(asked ?? shop.locale);
  if (locale === null) return invalid("locale", "is no locale, like en or zh-CN");
  const parsed = parseTemplate({ campaign, step, variant: null, channel: channel.name, locale }, template);
  if (!parsed.ok) return { kind: "invalid-template", faults: parsed.faults };
  return { kind: "draft", template: parsed.template, channel, shop, locale };
}

export const invalid = (field: string, message: string): DraftRefused => ({
  kind: "invalid",
  faults: [{ field, message }],
});
