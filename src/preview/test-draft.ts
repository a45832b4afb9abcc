/** Sends one real message of a text that is being written: the audit trail says who did it, and to which masked address. */
import type { Channel } from "../core/seams/channel.ts";
import { didYouMean } from "../core/text/suggest.ts";
import { canonicalLocale } from "../core/values/locale.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import type { Sql } from "../db/client.ts";
import { type Actor, insertAudit } from "../db/stores/campaigns/audit-store.ts";
import type { ChannelConfig } from "../providers/all.ts";
import { parseTemplate } from "../render/catalog/template-file.ts";
import { makeMessage, messageData } from "../render/message.ts";
import { sampleFacts } from "../render/template/sample.ts";
import type { PreviewResult } from "./preview.ts";
import { addressFor, sendTestMessage, type TestSent, testMessage } from "./test-message.ts";

export type TestDeps = {
  readonly sql: Sql;
  readonly shopOf: (shop: string) => ShopPolicy | null;
  /** The shop if none is named; null: a made-up one. */
  readonly shop: string | null;
  readonly channels: readonly ChannelConfig[];
  readonly open: (channel: ChannelConfig) => Channel;
  /** Epoch ms. */
  readonly now: () => number;
};

export type TestQuery = {
  /** The whole file, front matter included. */
  readonly template: string;
  readonly channel: string;
  /** null: the shop's. */
  readonly locale: string | null;
  readonly campaign: string;
  readonly step: string;
  readonly shop: string | null;
  /** A phone number, e-mail address or chat handle. */
  readonly to: string;
};

export type TestResult =
  | { readonly kind: "sent"; readonly answer: TestSent }
  | Exclude<PreviewResult, { readonly kind: "preview" | "unknown-order" }>;

export async function sendDraft(deps: TestDeps, actor: Actor, query: TestQuery): Promise<TestResult> {
  const { campaign, step } = query;
  const config = deps.channels.find(({ name }) => name === query.channel);
  if (config === undefined) {
    const names = deps.channels.map(({ name }) => name);
    const hint = didYouMean(query.channel, names) || ` (there are ${names.join(", ")})`;
    return invalid("channel", `no such channel is configured${hint}`);
  }
  const named = query.shop ?? deps.shop;
  const shop = named === null ? sampleFacts("en").shop : deps.shopOf(named);
  if (shop === null) return { kind: "unknown-shop", shop: named ?? "" };
  const locale = canonicalLocale(query.locale ?? shop.locale);
  if (locale === null) return invalid("locale", "is no locale, like en or zh-CN");
  const address = addressFor(query.to, config, shop);
  if (!address.ok) return invalid("to", address.message);
  const parsed = parseTemplate({ campaign, step, variant: null, channel: config.name, locale }, query.template);
  if (!parsed.ok) return { kind: "invalid-template", faults: parsed.faults };
  const now = deps.now();
  const data = messageData({ ...sampleFacts(locale, now), shop, campaign, step }, config);
  const made = makeMessage(parsed.template, data, config, address.to);
  if (!made.ok) return { kind: "not-rendered", message: made.message };
  const message = testMessage({ made, channel: config.name, shop: shop.id, campaign, step, to: address.to, now });
  const channel = deps.open(config);
  try {
    const answer = await sendTestMessage(channel, message, made);
    const note = `${step} by ${config.name} to ${answer.to}: ${answer.kind}`;
    await insertAudit(deps.sql, actor, { action: "message.test", subject: campaign, from: null, to: null, note });
    return { kind: "sent", answer };
  } finally {
    await channel.close();
  }
}

const invalid = (field: string, message: string): TestResult => ({ kind: "invalid", faults: [{ field, message }] });
