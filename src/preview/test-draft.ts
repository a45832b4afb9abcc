/** Sends one real message of a text that is being written: the audit trail says who did it, and to which masked address. */
import { maskContact } from "../core/order/contact.ts";
import type { Channel } from "../core/seams/channel.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import type { Sql } from "../db/client.ts";
import { type Actor, insertAudit } from "../db/stores/campaigns/audit-store.ts";
import { makeMessage, messageData } from "../render/message.ts";
import { sampleFacts } from "../render/template/sample.ts";
import { type DraftQuery, type DraftRefused, invalid, readDraft } from "./draft.ts";
import { addressFor, sendTestMessage, type TestSent, testMessage } from "./test-message.ts";

export type TestDeps = {
  readonly sql: Sql;
  readonly shopOf: (shop: string) => ShopPolicy | null;
  /** The shop if none is named; null: a made-up one. */
  readonly shop: string | null;
  /** The open channels by name. */
  readonly channels: ReadonlyMap<string, Channel>;
  /** Epoch ms. */
  readonly now: () => number;
};

export type TestQuery = DraftQuery & {
  readonly shop: string | null;
  /** A phone number, e-mail address or chat handle. */
  readonly to: string;
};

export type TestResult = { readonly kind: "sent"; readonly answer: TestSent } | DraftRefused;

export async function sendDraft(deps: TestDeps, actor: Actor, query: TestQuery): Promise<TestResult> {
  const { campaign, step } = query;
  const { shopOf, channels } = deps;
  const draft = readDraft({ shopOf, channels: [...channels.values()] }, query, query.shop ?? deps.shop);
  if (draft.kind !== "draft") return draft;
  const { template, channel, shop, locale } = draft;
  const address = addressFor(query.to, channel, shop);
  if (!address.ok) return invalid("to", address.message);
  const now = deps.now();
  const data = messageData({ ...sampleFacts(locale, now), shop, campaign, step }, channel);
  const made = makeMessage(template, data, channel, address.to);
  if (!made.ok) return { kind: "not-rendered", message: made.message };
  const message = testMessage({ made, channel: channel.name, shop: shop.id, campaign, step, to: address.to, now });
  // Before it is sent: a message that left is in the trail, even if this process ends before the answer.
  const note = `${step} by ${channel.name} to ${maskContact(address.to)}, ${message.idempotencyKey}`;
  await insertAudit(deps.sql, actor, { action: "message.test", subject: campaign, from: null, to: null, note });
  return { kind: "sent", answer: await sendTestMessage(channel, message, made) };
}
