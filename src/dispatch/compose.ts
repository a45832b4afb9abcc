/** The message of a claimed send, from the data loaded with the claim: current amounts, the buyer's latest contact. */
import type { Channel, Message } from "../core/seams/channel.ts";
import { chosenContact } from "../db/stores/buyers/chosen-contact.ts";
import type { Vault } from "../db/vault.ts";
import type { Template } from "../render/catalog/template-file.ts";
import { composeMessage, type MadeMessage } from "../render/message.ts";
import { orderFacts } from "../render/order-facts.ts";
import type { SendJob } from "./deps.ts";

/** The parts of a made message that its record needs. */
export type Made = Pick<MadeMessage, "text" | "template" | "templateVersion" | "segments">;

export type Composed =
  | { readonly ok: true; readonly message: Message; readonly made: Made }
  | { readonly ok: false; readonly code: string; readonly message: string };

export function compose(job: SendJob, channel: Channel, vault: Vault): Composed {
  const { buyer, shop, campaign, catalog, step, variant } = job;
  const contact = chosenContact(buyer, channel);
  if (contact === null)
    return { ok: false, code: "no_contact", message: `no ${channel.contacts.join(" or ")} contact` };
  const to = vault.open(contact.cipher);
  const made = composeMessage({
    findTemplate: catalog.findTemplate,
    campaign: campaign.key,
    step,
    variant,
    channel,
    shop,
    locale: buyer.profile.locale?.[0] ?? null,
    facts: (template) => factsOf(job, template, vault),
    to,
  });
  if (!made.ok) return made;
  const { text, locale, params, approved, mail } = made;
  return {
    ok: true,
    made,
    message: {
      idempotencyKey: job.idempotencyKey,
      channel: channel.name,
      shop: shop.id,
      to,
      text,
      locale,
      campaign: campaign.key,
      step,
      orders: job.orders,
      params,
      approved,
      ...(mail === null ? {} : { mail }),
    },
  };
}

function factsOf({ buyer, orders, claimedAt }: SendJob, { speaksOf }: Template, vault: Vault) {
  const { name, tier, locale } = buyer.profile;
  return {
    now: claimedAt,
    buyer: {
      name: name === undefined || !speaksOf.name ? null : vault.open(Buffer.from(name[0], "base64")),
      tier: tier?.[0] ?? null,
      locale: locale?.[0] ?? null,
      timeZone: buyer.state.zone,
    },
    orders: orders.flatMap((id) => orderFacts(buyer.state.orders.get(id)?.order, claimedAt, speaksOf.items) ?? []),
  };
}
