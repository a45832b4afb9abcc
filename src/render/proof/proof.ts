/**
 * A proof sheet: every text of a catalog as buyers would read it, with what it costs and what a provider gets. It is made by the functions
 * that make real messages, for three made-up buyers: one of whom nothing is known, a usual one, and one with everything long.
 */
import { decimalCost } from "../../core/values/money.ts";
import type { Anchor, Campaign, ShopPolicy } from "../../core/values/policy.ts";
import { contactsOf, sendsSms } from "../../providers/all.ts";
import { consoleProvider } from "../../providers/console.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { CatalogWarning } from "../catalog/catalog-warnings.ts";
import type { Template } from "../catalog/template-file.ts";
import { makeExamples } from "../catalog/text-advice.ts";
import type { MessageChannel, MessageResult } from "../message.ts";

export const LENGTHS = ["shortest", "usual", "longest"] as const;

export type Example = {
  readonly text: string;
  /** null: not an SMS. */
  readonly segments: number | null;
  /** `UTF-8`: not an SMS. */
  readonly encoding: "GSM-7" | "UCS-2" | "UTF-8";
  /** As they fill a segment, the signature included. */
  readonly characters: number;
  /** null: the channel has no price. */
  readonly cost: { readonly amount: string; readonly currency: string } | null;
};
/** A text that cannot be made for such a buyer is not sent; `fault` says why. */
export type ProofExample = Example | { readonly fault: string };

export type ProofParam = { readonly name: string; readonly source: string; readonly usual: string | null };

export type ProofText = {
  /** `default/nudge.a.sms.en.hbs` */
  readonly file: string;
  /** Changes when the file changes. */
  readonly version: string;
  readonly step: string;
  readonly at: Anchor;
  readonly channel: string;
  readonly provider: string;
  readonly locale: string;
  readonly variant: string | null;
  readonly category: "notice" | "marketing";
  readonly examples: Readonly<Record<(typeof LENGTHS)[number], ProofExample>>;
  /** The provider's approved template; null: the text is sent as it is. */
  readonly approved: {
    readonly section: string;
    readonly fields: Readonly<Record<string, string>>;
    readonly params: readonly ProofParam[];
  } | null;
  /** `line 3: …` */
  readonly warnings: readonly string[];
};

export type ProofCampaign = {
  readonly key: string;
  readonly name: string;
  /** About the campaign and not about one text. */
  readonly warnings: readonly string[];
  /** By step, then channel as the step lists them, then locale and variant. */
  readonly texts: readonly ProofText[];
};

export type ProofInput = {
  readonly catalog: Catalog;
  readonly advice: readonly CatalogWarning[];
  readonly channels: readonly MessageChannel[];
  /** The shop whose name the texts show; null: a made-up one. */
  readonly shop: ShopPolicy | null;
};

export function makeProof({ catalog, advice, channels, shop }: ProofInput): ProofCampaign[] {
  const warningsOf = (file: string) =>
    advice.filter((warning) => warning.file === file).map(({ line, message }) => `line ${line}: ${message}`);
  return catalog.campaigns.map((campaign) => ({
    key: campaign.key,
    name: campaign.name,
    warnings: warningsOf(`${campaign.key}/campaign.yaml`),
    texts: inOrder(campaign, catalog.templates).map(({ template, at }) => {
      const channel = channels.find(({ name }) => name === template.channel) ?? unconfigured(template.channel);
      return { ...textOf(template, channel, shop), at, warnings: warningsOf(`${template.id}.hbs`) };
    }),
  }));
}

const unconfigured = (name: string): MessageChannel => {
  const provider = consoleProvider.name;
  return { name, provider, contacts: contactsOf(name, provider), cost: null };
};

function inOrder(campaign: Campaign, all: readonly Template[]): { readonly template: Template; readonly at: Anchor }[] {
  const own = all.filter((template) => template.campaign === campaign.key);
  const rank = ({ locale, variant }: Template) => `${locale} ${variant ?? ""}`;
  return campaign.steps.flatMap(({ id, at, channels }) =>
    channels.flatMap((channel) =>
      own
        .filter((template) => template.step === id && template.channel === channel)
        .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
        .map((template) => ({ template, at })),
    ),
  );
}

function textOf(
  template: Template,
  channel: MessageChannel,
  shop: ShopPolicy | null,
): Omit<ProofText, "at" | "warnings"> {
  const made = makeExamples(template, channel, { shop });
  const example = (result: MessageResult) => exampleOf(result, sendsSms(channel));
  return {
    file: `${template.id}.hbs`,
    version: template.version,
    step: template.step,
    channel: template.channel,
    provider: channel.provider,
    locale: template.locale,
    variant: template.variant,
    category: template.category ?? "marketing",
    examples: { shortest: example(made.shortest), usual: example(made.usual), longest: example(made.longest) },
    approved: approvedOf(template, made.usual),
  };
}

function exampleOf(made: MessageResult, sms: boolean): ProofExample {
  if (!made.ok) return { fault: made.message };
  const { text, segments, encoding, units, cost } = made;
  return {
    text,
    segments: sms ? segments : null,
    encoding,
    characters: units,
    cost: cost === null ? null : decimalCost(cost),
  };
}

/** The section that the channel's provider reads. */
function approvedOf(template: Template, usual: MessageResult): ProofText["approved"] {
  if (!usual.ok || usual.approved === null) return null;
  const { provider: section, fields } = usual.approved;
  const params = (template.front[section]?.params ?? []).map(({ name, source }) => ({
    name,
    source,
    usual: usual.params[name] ?? null,
  }));
  return { section, fields, params };
}
