/**
 * How many segments a text takes for the newest orders that could use it. It is rendered for each of them, and only the counts leave this
 * module: no name, address or text of a buyer does.
 */
import { ownTime } from "../core/rules/anchor.ts";
import { fitOf, isExcluded } from "../core/rules/match.ts";
import { decimalCost } from "../core/values/money.ts";
import type { Campaign, ShopPolicy } from "../core/values/policy.ts";
import type { RecentOrder } from "../db/stores/reads/preview-store.ts";
import { type Vault, VaultError } from "../db/vault.ts";
import { sendsSms } from "../providers/all.ts";
import type { Catalog } from "../render/catalog/catalog.ts";
import { localeChain } from "../render/catalog/locales.ts";
import type { Template } from "../render/catalog/template-file.ts";
import { type MessageChannel, makeMessage, messageData } from "../render/message.ts";
import { orderFacts } from "../render/order-facts.ts";
import type { NewestOrders } from "./newest-orders.ts";

/** The campaigns that run. */
export type Running = {
  readonly policy: { readonly campaigns: readonly Campaign[] };
  readonly catalog: { readonly templates: readonly Pick<Catalog["templates"][number], keyof TextName>[] };
};
type TextName = Pick<Template, "campaign" | "step" | "channel" | "locale">;

export type RecentSegments = {
  /** The orders for which the text could be made, and those for which it could not: a value is missing, or cannot be decrypted. */
  readonly orders: number;
  readonly failed: number;
  readonly segments: { readonly least: number; readonly usual: number; readonly most: number };
  /** null: the channel has no price. */
  readonly cost: { readonly least: Price; readonly usual: Price; readonly most: Price } | null;
};
type Price = { readonly amount: string; readonly currency: string };

export type RecentDeps = {
  readonly newest: NewestOrders;
  readonly vault: Vault;
  readonly running: () => Running;
};

/** Orders that are counted. */
const COUNTED = 100;

/** null: the channel sends no SMS, or no order could use the text. */
export async function recentSegments(
  { newest, vault, running }: RecentDeps,
  shop: ShopPolicy,
  template: Template,
  channel: MessageChannel,
): Promise<RecentSegments | null> {
  if (!sendsSms(channel)) return null;
  const { policy, catalog } = running();
  const campaign = policy.campaigns.find(({ key }) => key === template.campaign) ?? null;
  const locales = localesOf(catalog, template);
  const orders = (await newest(shop.id))
    .filter((recent) => couldUse(recent, shop, campaign) && localeFor(recent, shop, locales) === template.locale)
    .slice(0, COUNTED);
  const made = orders.flatMap((recent) => {
    const read = readFacts(vault, recent, shop, template, campaign);
    if (read === null) return [];
    const message = makeMessage(template, messageData(read.facts, channel), channel, read.to);
    return message.ok ? [{ segments: message.segments, cost: message.cost }] : [];
  });
  made.sort((a, b) => a.segments - b.segments);
  const [least, usual, most] = [made[0], made[Math.floor((made.length - 1) / 2)], made.at(-1)];
  if (least === undefined || usual === undefined || most === undefined) return null;
  return {
    orders: made.length,
    failed: orders.length - made.length,
    segments: { least: least.segments, usual: usual.segments, most: most.segments },
    cost:
      least.cost === null || usual.cost === null || most.cost === null
        ? null
        : { least: decimalCost(least.cost), usual: decimalCost(usual.cost), most: decimalCost(most.cost) },
  };
}

/** The locales in which the step has a text on this channel, with that of the draft. */
const localesOf = ({ templates }: Running["catalog"], { campaign, step, channel, locale }: TextName) =>
  new Set([
    locale,
    ...templates.flatMap((each) =>
      each.campaign === campaign && each.step === step && each.channel === channel ? each.locale : [],
    ),
  ]);

/** A campaign of next week may be looked at: when it is active does not matter. A campaign that does not run takes any order. */
function couldUse({ order, phone }: RecentOrder, shop: ShopPolicy, campaign: Campaign | null): boolean {
  if (phone === null) return false;
  if (campaign === null) return true;
  const { shops, tags, amount } = fitOf(campaign, shop.id, order);
  return shops && tags && amount && !isExcluded(campaign, shop.id, order);
}

const localeFor = ({ profile }: RecentOrder, shop: ShopPolicy, locales: ReadonlySet<string>): string | undefined =>
  localeChain(profile.locale?.[0] ?? null, shop.locale).find((locale) => locales.has(locale));

/** null: what is stored of the buyer cannot be decrypted. */
function readFacts(...given: Parameters<typeof factsOf>): ReturnType<typeof factsOf> | null {
  try {
    return factsOf(...given);
  } catch (error) {
    if (error instanceof VaultError) return null;
    throw error;
  }
}

/** The order alone, at the time of the step. Throws VaultError. */
function factsOf(
  vault: Vault,
  { order, profile, phone }: RecentOrder,
  shop: ShopPolicy,
  template: Template,
  campaign: Campaign | null,
) {
  const { name, tier, locale, timeZone } = profile;
  const createdAt = order.createdAt ?? 0;
  const step = campaign?.steps.find(({ id }) => id === template.step);
  const now = (step === undefined ? null : ownTime(step, { createdAt, closesAt: order.closesAt })) ?? createdAt;
  const facts = {
    ...{ shop, campaign: template.campaign, step: template.step, locale: template.locale, now },
    buyer: {
      name: name === undefined || !template.speaksOf.name ? null : vault.open(Buffer.from(name[0], "base64")),
      tier: tier?.[0] ?? null,
      locale: locale?.[0] ?? null,
      timeZone: timeZone?.[0] ?? null,
    },
    orders: [orderFacts(order, now, template.speaksOf.items)].flatMap((each) => each ?? []),
  };
  return { facts, to: phone === null ? "" : vault.open(phone) };
}
