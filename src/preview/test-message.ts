/**
 * One real message with sample data, to an address that the caller chooses: for `dunlin send-test` and the console. Nothing of it is stored,
 * and opt-outs are not checked. No word about it afterwards has the address.
 */
import { randomUUID } from "node:crypto";
import { contactOf, maskContact } from "../core/order/contact.ts";
import { readId } from "../core/order/id.ts";
import type { Channel, ChannelTerms, Message, SendOutcome } from "../core/seams/channel.ts";
import { withoutAddress } from "../core/text/without-address.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import { sendsSms } from "../providers/all.ts";
import type { MadeMessage } from "../render/message.ts";
import { sampleFacts } from "../render/template/sample.ts";

export type Addressed = { readonly ok: true; readonly to: string } | { readonly ok: false; readonly message: string };

/** The address as the channel takes it. `message` goes on from the name of a field, and masks what was given. */
export function addressFor(given: string, { contacts }: Pick<ChannelTerms, "contacts">, shop: ShopPolicy): Addressed {
  const refuse = (message: string): Addressed => ({ ok: false, message });
  const number = contacts.includes("phone") ? contactOf("phone", given, shop) : null;
  if (number === null && contacts.some((kind) => kind.startsWith("chat"))) return { ok: true, to: readId(given) };
  const email = contacts.includes("email") ? contactOf("email", given, shop) : null;
  if (email !== null) return { ok: true, to: email.value };
  if (contacts.includes("email")) return refuse(`${maskContact(given)} is not an e-mail address, or nobody's`);
  if (number === null) return refuse(`${maskContact(given)} is not a valid phone number: write it like +8613812345678`);
  if (number.kind !== "phone") return refuse(`${maskContact(number.value)} takes no SMS: name a mobile number`);
  return { ok: true, to: number.value };
}

type Made = {
  readonly made: MadeMessage;
  readonly channel: string;
  readonly shop: string;
  readonly campaign: string;
  readonly step: string;
  readonly to: string;
  /** Epoch ms. */
  readonly now: number;
};

/** The message under a key of its own, with the orders of the sample. */
export function testMessage({ made, channel, shop, campaign, step, to, now }: Made): Message {
  const { text, params, approved, mail, locale } = made;
  return {
    idempotencyKey: `test-${randomUUID()}`,
    orders: sampleFacts(locale, now).orders.map(({ id }) => id),
    ...{ channel, shop, to, text, locale, campaign, step, params, approved },
    ...(mail === null ? {} : { mail }),
  };
}

export type TestSent = {
  readonly kind: SendOutcome["kind"];
  /** Names the request, in our log and the provider's. */
  readonly key: string;
  /** Masked. */
  readonly to: string;
  /** The provider's name for an accepted message; null: it gives none, or did not accept it. */
  readonly messageId: string | null;
  /** null: it is no SMS, or was not accepted. */
  readonly segments: number | null;
  /** Why it was not accepted; null: it was. */
  readonly failure: { readonly code: string; readonly message: string } | null;
};

/** Sends it. Never throws for what the provider answers. */
export async function sendTestMessage(channel: Channel, message: Message, made: MadeMessage): Promise<TestSent> {
  const { to, idempotencyKey } = message;
  const outcome = await channel.send(message);
  const masked = (text: string) => text.replaceAll(to, maskContact(to));
  const sent = { kind: outcome.kind, key: idempotencyKey, to: maskContact(to) };
  if (outcome.kind !== "accepted") {
    const failure = { code: outcome.code, message: withoutAddress(masked(outcome.message)) };
    return { ...sent, messageId: null, segments: null, failure };
  }
  return {
    ...sent,
    messageId: outcome.messageId === null ? null : masked(outcome.messageId),
    segments: outcome.segments ?? (sendsSms(channel) ? made.segments : null),
    failure: null,
  };
}
