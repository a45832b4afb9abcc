/** The text that a decided send would carry: the same template, data and segment count as live. */

import type { Order } from "../core/order/order.ts";
import type { Decision } from "../core/rules/buyer-state.ts";
import { addressOf, type Person } from "../core/simulation/person.ts";
import { canonicalLocale } from "../core/values/locale.ts";
import { memo } from "../core/values/memo.ts";
import type { Catalog } from "../render/catalog/catalog.ts";
import { countSegments } from "../render/segments.ts";
import { buildTemplateData, type TemplateOrderFacts } from "../render/template/data.ts";
import type { RehearsalChannel } from "./types.ts";

export type ComposedText =
  | {
      readonly ok: true;
      readonly text: string;
      readonly segments: number;
      readonly template: string;
      /** What to warn of: the text is in another language than the buyer's, or than the shop's if that is not known. */
      readonly missing: string | null;
    }
  | { readonly ok: false; readonly message: string };

export function composeText(
  decision: Decision,
  person: Person,
  channel: RehearsalChannel,
  catalog: Catalog,
): ComposedText {
  const { campaign, step, variant, orders, at } = decision;
  const { shop, profile, state } = person;
  if (campaign === null || step === null) throw new Error("a send has a campaign and a step");
  const told = profile.get("locale")?.value ?? null;
  const locale = told ?? shop.locale;
  const query = { campaign: campaign.key, step, variant, channel: channel.name, locale, shopLocale: shop.locale };
  const template = catalog.findTemplate(query);
  if (template === null)
    return {
      ok: false,
      message: `${campaign.key}/${step} on ${channel.name} has no text for locale ${locale} nor a fallback`,
    };
  const rendered = template.render(
    buildTemplateData({
      shop,
      buyer: {
        name: profile.get("name")?.value ?? null,
        tier: profile.get("tier")?.value ?? null,
        locale: told,
        timeZone: state.zone,
      },
      orders: orders.flatMap((id) => orderFacts(state.orders.get(id)?.order, at)),
      campaign: campaign.key,
      step,
      now: at,
      locale: template.locale,
    }),
  );
  if (!rendered.ok) return { ok: false, message: `${template.id}: ${rendered.message}` };
  const to = addressOf(person, channel.contact) ?? "";
  const segments = channel.contact === "phone" ? countSegments(rendered.text, to).segments : 1;
  const wanted = languageOf(locale);
  const missing =
    wanted === null || wanted === languageOf(template.locale)
      ? null
      : `${campaign.key}/${step} on ${channel.name} has no text in ${wanted}, which occurs: such buyers get ${template.locale}`;
  return { ok: true, text: rendered.text, segments, template: template.id, missing };
}

/** `zh-Hant-TW` → `zh`; null: no locale. */
const languageOf = memo(
  1_000,
  (locale: string): string | null => canonicalLocale(locale.replaceAll("_", "-"))?.split("-")[0] ?? null,
);

function orderFacts(order: Order | undefined, now: number): TemplateOrderFacts[] {
  if (order === undefined || order.amount === null || order.currency === null) return [];
  return [
    {
      id: order.id,
      amount: order.amount,
      currency: order.currency,
      createdAt: order.createdAt ?? now,
      closesAt: order.closesAt,
      payUrl: order.payUrl,
      items: order.items.map(({ sku, title, quantity, price }) => ({
        sku: sku ?? null,
        title: title ?? null,
        quantity: quantity ?? null,
        price: price ?? null,
      })),
      note: order.note,
    },
  ];
}
