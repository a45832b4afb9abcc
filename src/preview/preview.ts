/** Previews a template with sample data or a stored order: text, segments, cost and warnings. Nothing is sent. */
import type { ApprovedTemplate } from "../core/seams/channel.ts";
import { decimalCost } from "../core/values/money.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import type { Sql } from "../db/client.ts";
import { longestPayUrl } from "../db/stores/reads/preview-store.ts";
import type { Vault } from "../db/vault.ts";
import { adviseRefusedInMessage } from "../render/catalog/refused-advice.ts";
import type { Template } from "../render/catalog/template-file.ts";
import { adviseText, numberFor } from "../render/catalog/text-advice.ts";
import { type MadeMessage, type MessageChannel, makeMessage, messageData } from "../render/message.ts";
import type { TemplateData } from "../render/template/data.ts";
import { sampleFacts } from "../render/template/sample.ts";
import { type DraftQuery, type DraftRefused, readDraft } from "./draft.ts";
import { applySample, type Sample, strayKeys } from "./given-sample.ts";
import type { NewestOrders } from "./newest-orders.ts";
import { orderFacts } from "./order-facts.ts";
import { withOverrides } from "./overrides.ts";
import { type RecentSegments, type Running, recentSegments } from "./recent-segments.ts";

export type PreviewDeps = {
  readonly sql: Sql;
  readonly vault: Vault;
  readonly shopOf: (shop: string) => ShopPolicy | null;
  /** The shop of a sample that names none; null: a made-up shop. */
  readonly shop: string | null;
  readonly channels: readonly MessageChannel[];
  readonly running: () => Running;
  readonly newest: NewestOrders;
  /** Epoch ms. */
  readonly now: () => number;
};

export type PreviewQuery = DraftQuery & {
  readonly from: { readonly sample: Sample } | { readonly order: { readonly shop: string; readonly id: string } };
};

export type Preview = {
  readonly text: string;
  readonly locale: string;
  readonly characters: number;
  readonly segments: number;
  /** `UTF-8`: no SMS. */
  readonly encoding: MadeMessage["encoding"];
  /** The price of the whole message; null: the channel has no price. */
  readonly cost: { readonly amount: string; readonly currency: string } | null;
  readonly params: Readonly<Record<string, string>>;
  readonly approved: ApprovedTemplate | null;
  /** The subject of an e-mail; null: the text is for no e-mail. */
  readonly subject: string | null;
  /** Over the newest orders; null: it was made for a real order, no order could use it, or it is no SMS. */
  readonly recent: RecentSegments | null;
  readonly warnings: readonly string[];
};

export type PreviewResult =
  | { readonly kind: "preview"; readonly preview: Preview }
  | DraftRefused
  | { readonly kind: "unknown-order" };

export async function previewTemplate(deps: PreviewDeps, query: PreviewQuery): Promise<PreviewResult> {
  const named = "order" in query.from ? query.from.order.shop : (query.from.sample.shop ?? deps.shop);
  const draft = readDraft(deps, query, named);
  if (draft.kind !== "draft") return draft;
  const { template, channel, shop, locale } = draft;
  const { campaign, step } = query;
  if ("order" in query.from) {
    const facts = await orderFacts(deps, shop, query.from.order.id, { campaign, step, locale });
    if (facts === null) return { kind: "unknown-order" };
    if (facts.real.orders.length === 0)
      return { kind: "not-rendered", message: "no event has said yet what the order costs, or when it was created" };
    const [real, masked] = [messageData(facts.real, channel), messageData(facts.masked, channel)];
    return show(template, channel, real, masked, facts.to, []);
  }
  const payUrl = named === null ? undefined : ((await longestPayUrl(deps.sql, shop.id)) ?? undefined);
  const made = sampleFacts(locale, deps.now(), payUrl);
  const sample = applySample(query.from.sample, { ...made, shop, campaign, step });
  if (!sample.ok) return { kind: "invalid", faults: sample.faults };
  const data = withOverrides(messageData(sample.facts, channel), sample.overrides);
  const result = show(template, channel, data, data, numberFor(locale), strayKeys(query.from.sample), payUrl);
  if (result.kind !== "preview" || named === null) return result;
  const recent = await recentSegments(deps, shop, template, channel);
  return { kind: "preview", preview: { ...result.preview, recent } };
}

/** Counts the message as it would be sent, and shows it masked. */
function show(
  template: Template,
  channel: MessageChannel,
  sent: TemplateData,
  shown: TemplateData,
  to: string,
  remarks: readonly string[],
  payUrl?: string,
): PreviewResult {
  const real = makeMessage(template, sent, channel, to);
  const masked = sent === shown ? real : makeMessage(template, shown, channel, to);
  if (!real.ok) return { kind: "not-rendered", message: real.message };
  if (!masked.ok) return { kind: "not-rendered", message: masked.message };
  const { text, params, approved, mail, locale } = masked;
  const { segments, encoding, units, cost } = real;
  return {
    kind: "preview",
    preview: {
      text,
      locale,
      characters: units,
      segments,
      encoding,
      cost: cost === null ? null : decimalCost(cost),
      params,
      approved,
      subject: mail?.subject ?? null,
      recent: null,
      warnings: [
        ...remarks,
        ...[...adviseText(template, channel, payUrl), ...adviseRefusedInMessage(template, channel, real, sent)].map(
          ({ line, message }) => `line ${line}: ${message}`,
        ),
      ],
    },
  };
}
