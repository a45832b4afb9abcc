/** Reads a buyer's identities from an event, normalised so that the same phone or handle always compares equal. */
import { countryCode } from "../values/country.ts";
import type { ShopPolicy } from "../values/policy.ts";
import { maskEmail, readEmail } from "./address/email.ts";
import { readPhone } from "./address/phone.ts";
import type { BuyerPayload } from "./event.ts";
import { readId } from "./id.ts";
import { isNobody } from "./nobody.ts";
import { NO_WARNINGS, type Warning } from "./warnings.ts";

export type Identity = {
  /** `phone`, `call` (a number that takes no message), `email`, or `chat.<kind>`. */
  readonly kind: string;
  /** E.164 (address/phone.ts), an address in lower case (address/email.ts), or the handle as given. */
  readonly value: string;
};

export type Identities = {
  readonly platformId: string | null;
  readonly contacts: readonly Identity[];
  /** E-mail addresses: they get messages, and identify no one. Families and offices share them, and a wrong one is soon typed. */
  readonly emails: readonly Identity[];
  /** Well-known numbers of nobody. They identify no one and get no message. */
  readonly dummies: readonly Identity[];
};

const NONE: readonly Identity[] = [];

/** The identities of a buyer in an event, and what of them could not be used. */
export function identitiesOf(
  buyer: BuyerPayload | null | undefined,
  shop: ShopPolicy,
): Identities & { readonly warnings: readonly Warning[] } {
  if (buyer == null) return { platformId: null, contacts: NONE, emails: NONE, dummies: NONE, warnings: NO_WARNINGS };
  const contacts: Identity[] = [];
  const warnings: Warning[] = [];
  let dummies = NONE;
  let platformId = buyer.id ?? null;
  if (platformId !== null && isNobody(platformId)) {
    platformId = null;
    warnings.push(NOBODY);
  }
  if (buyer.phone != null) {
    const country = countryOf(buyer, shop, warnings);
    const { number, unread } = readPhone(joined(buyer.phone), country);
    if (number?.dummy === true) {
      dummies = [{ kind: number.kind, value: number.value }];
      warnings.push(DUMMY);
    } else if (number !== null) {
      contacts.push(number);
      if (number.kind === "call") warnings.push(TAKES_NO_SMS);
    }
    if (unread && number?.kind !== "phone") warnings.push(unreadable(country, shop));
  }
  if (buyer.chat != null)
    for (const [kind, given] of Object.entries(buyer.chat)) {
      const handle = given.trim();
      if (handle === "") continue;
      if (isNobody(handle)) warnings.push(NO_HANDLE);
      else contacts.push({ kind: `chat.${kind}`, value: kind === "whatsapp" ? whatsappId(handle, shop) : handle });
    }
  const emails = buyer.email == null ? NONE : emailsOf(buyer.email, warnings);
  return { platformId, contacts, emails, dummies, warnings: warnings.length === 0 ? NO_WARNINGS : warnings };
}

function emailsOf(text: string, warnings: Warning[]): readonly Identity[] {
  const read = readEmail(text);
  if (read.kind === "address") return [{ kind: "email", value: read.value }];
  if (read.kind === "placeholder") warnings.push(NO_MAILBOX);
  if (read.kind === "unreadable") warnings.push(UNREADABLE_EMAIL);
  return NONE;
}

/** A number as E.164, however it is written: WhatsApp writes it without +. Its other ids stay as they are. */
function whatsappId(handle: string, { country }: ShopPolicy): string {
  if (!/^\+?\d[\d\s().-]+$/.test(handle)) return handle;
  const number = readPhone(`+${handle.replace(/\D/g, "")}`, null).number ?? readPhone(handle, country).number;
  return number?.value ?? handle;
}

const joined = (phone: string | readonly string[]): string => (typeof phone === "string" ? phone : phone.join("\n"));

/** The country in which the buyer's national numbers are read. One that is not understood is not replaced by the shop's. */
function countryOf({ country }: BuyerPayload, shop: ShopPolicy, warnings: Warning[]): string | null {
  if (country == null || country.trim() === "") return shop.country;
  const code = countryCode(country);
  if (code === null) warnings.push(UNKNOWN_COUNTRY);
  return code;
}

/** Reads an address that a person gives for a shop as the events of the shop are read. null: it is not an address of this kind. */
export function contactOf(kind: string, address: string, shop: ShopPolicy): Identity | null {
  const given = kind === "phone" || kind === "email" ? { [kind]: address } : { chat: { [kind]: readId(address) } };
  const { contacts, emails, dummies } = identitiesOf(given, shop);
  return contacts[0] ?? emails[0] ?? dummies[0] ?? null;
}

/** The kind of an address that a person gives without its kind: a phone number or an e-mail address. */
export const kindOf = (address: string): "phone" | "email" => (address.includes("@") ? "email" : "phone");

const NOBODY: Warning = {
  code: "buyer_id_ignored",
  message:
    "order.buyer.id: stands for no buyer, like 0, null, guest or a masked id, and is ignored: send the platform's id",
};
const NO_HANDLE: Warning = {
  code: "handle_ignored",
  message: "order.buyer.chat: has a handle that stands for no one, like null, guest or a masked one: it is ignored",
};
const DUMMY: Warning = {
  code: "phone_placeholder",
  message: "order.buyer.phone: is a number that is written in place of a real one: it joins nobody and gets no message",
};
const TAKES_NO_SMS: Warning = {
  code: "phone_takes_no_sms",
  message: "order.buyer.phone: is a landline or has an extension: it gets no SMS; send a mobile number, too",
};
const NO_MAILBOX: Warning = {
  code: "email_placeholder",
  message: "order.buyer.email: is written in place of a real address, or a part of it is hidden: it gets no message",
};
const UNREADABLE_EMAIL: Warning = {
  code: "email_unreadable",
  message: "order.buyer.email: is not an e-mail address, like name@shop.example: it gets no message",
};
const UNKNOWN_COUNTRY: Warning = {
  code: "country_unknown",
  message: "order.buyer.country: is not an ISO 3166 country code of two letters, like CN",
};
const unreadable = (country: string | null, { id }: ShopPolicy): Warning => ({
  code: "phone_unreadable",
  message:
    country === null
      ? `order.buyer.phone: is not a phone number with its country code, and its country is not known: write it like +8613812345678, or set shops.${id}.country in dunlin.yaml`
      : `order.buyer.phone: is not a phone number of ${country}: write it like +8613812345678`,
});

/** The text whose hash decides holdout and variant: the platform's id where there is one. */
export function firstIdentity({ platformId, contacts }: Identities): string | null {
  if (platformId !== null) return `id:${platformId}`;
  const contact = contacts[0];
  return contact === undefined ? null : `${contact.kind}:${contact.value}`;
}

/** `+8613812345678` → `+86138****5678`; handles keep two characters at each end, e-mail addresses their domain. Only for display. */
export function maskContact(value: string): string {
  if (/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value)) return maskEmail(value);
  if (/^\+\d{7,}$/.test(value)) return `${value.slice(0, -8)}****${value.slice(-4)}`;
  return value.length <= 4 ? "****" : `${value.slice(0, 2)}****${value.slice(-2)}`;
}
