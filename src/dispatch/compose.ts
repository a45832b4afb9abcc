/** The message of a claimed send, from what was loaded with the claim: today's amounts, the buyer's last told contact. */
import type { Channel, Message } from "../core/seams/channel.ts";
import type { ContactKind } from "../core/values/policy.ts";
import type { LoadedContact } from "../db/stores/buyers/buyer-load.ts";
import type { Vault } from "../db/vault.ts";
import { buildTemplateData, type TemplateOrderFacts } from "../render/template/data.ts";
import type { SendJob } from "./deps.ts";

/** The text that it was made of: kept with the delivery. */
export type From = { readonly template: string; readonly version: string };

export type Composed =
  | { readonly ok: true; readonly message: Message; readonly from: From }
  | { readonly ok: false; readonly code: string; readonly message: string };

const fail = (code: string, message: string): Composed => ({ ok: false, code, message });

export function compose(job: SendJob, channel: Channel, vault: Vault): Composed {
  const { buyer, shop, campaign, catalog, step, variant } = job;
  const contact = lastTold(buyer.contacts, channel.contact);
  if (contact === null) return fail("no_contact", `no ${channel.contact} contact`);
  const locale = buyer.profile.locale?.[0] ?? shop.locale;
  const template = catalog.findTemplate({
    campaign: campaign.key,
    step,
    variant,
    channel: channel.name,
    locale,
    shopLocale: shop.locale,
  });
  if (template === null)
    return fail("no_template", `no template for ${campaign.key}/${step} on ${channel.name} in ${locale}`);
  const data = buildTemplateData({
    shop,
    buyer: {
      name:
        buyer.profile.name === undefined || !template.speaksOf.name
          ? null
          : vault.open(Buffer.from(buyer.profile.name[0], "base64")),
      tier: buyer.profile.tier?.[0] ?? null,
      locale: buyer.profile.locale?.[0] ?? null,
      timeZone: buyer.state.zone,
    },
    orders: job.orders.flatMap((id) => orderFacts(job, id, template.speaksOf.items)),
    campaign: campaign.key,
    step,
    now: job.claimedAt,
    locale: template.locale,
  });
  const rendered = template.render(data, channel.provider);
  if (!rendered.ok) return fail("template_failed", rendered.message);
  return {
    ok: true,
    from: { template: template.id, version: template.version },
    message: {
      idempotencyKey: job.idempotencyKey,
      channel: channel.name,
      shop: shop.id,
      to: vault.open(contact.cipher),
      text: rendered.text,
      locale: template.locale,
      campaign: campaign.key,
      step,
      orders: job.orders,
      params: rendered.params,
      approved: rendered.approved,
    },
  };
}

function orderFacts(job: SendJob, id: string, withItems: boolean): TemplateOrderFacts[] {
  const order = job.buyer.state.orders.get(id)?.order;
  if (order === undefined || order.amount === null || order.currency === null) return [];
  return [
    {
      id,
      amount: order.amount,
      currency: order.currency,
      createdAt: order.createdAt ?? job.claimedAt,
      closesAt: order.closesAt,
      payUrl: order.payUrl,
      items: (withItems ? order.items : []).map(({ sku, title, quantity, price }) => ({
        sku: sku ?? null,
        title: title ?? null,
        quantity: quantity ?? null,
        price: price ?? null,
      })),
      note: order.note,
    },
  ];
}

function lastTold(contacts: readonly LoadedContact[], kind: ContactKind): LoadedContact | null {
  let last: LoadedContact | null = null;
  for (const contact of contacts) {
    if (kind === "chat" ? !contact.kind.startsWith("chat.") : contact.kind !== kind) continue;
    const later =
      last === null ||
      contact.told_at > last.told_at ||
      (contact.told_at === last.told_at && contact.told_id > last.told_id);
    if (later) last = contact;
  }
  return last !== null && !last.suppressed ? last : null;
}
