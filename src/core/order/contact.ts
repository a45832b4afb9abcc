/** Reads a buyer's identities from an event, normalised so that the same phone or handle always compares equal. */
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/max";
import { memo } from "../values/memo.ts";
import type { ShopPolicy } from "../values/policy.ts";
import type { BuyerPayload } from "./event.ts";

export type Identity = {
  /** `phone`, or `chat.<kind>`. */
  readonly kind: string;
  /** E.164, or the handle as given. */
  readonly value: string;
};

export type Identities = { readonly platformId: string | null; readonly contacts: readonly Identity[] };

/** Mainland mobile numbers in E.164 need no second look: the plan is closed (1, then 3 to 9, then nine digits). */
const CN_MOBILE = /^\+861[3-9]\d{9}$/;
/** The same as people in China write it. Only prefixes for which the library accepts any last eight digits. */
const CN_NATIONAL = /^1(?:3\d|5[0-35-9]|8\d|9[0-35-9])\d{8}$/;

const MAX_NUMBERS = 2_000;

/** E.164, or null when it is not a valid phone number (a masked one like `138****5678` is not). National numbers are read in `country`. */
export function normalisePhone(text: string, country: string | undefined): string | null {
  const trimmed = text.trim();
  if (CN_MOBILE.test(trimmed)) return trimmed;
  if (trimmed.includes("*")) return null;
  if (country === "CN" && CN_NATIONAL.test(trimmed)) return `+86${trimmed}`;
  return readPhone(`${country ?? ""} ${trimmed}`);
}

/** Takes `country number`. Remembered: the library takes longer than all else that is done with an event, and buyers come back. */
const readPhone = memo(MAX_NUMBERS, (key: string): string | null => {
  const at = key.indexOf(" ");
  const country = key.slice(0, at);
  const home: CountryCode | undefined = isSupportedCountry(country) ? country : undefined;
  const phone = parsePhoneNumberFromString(key.slice(at + 1), home);
  return phone?.isValid() === true ? phone.number : null;
});

/** The identities of a buyer in an event. A phone that cannot be read is left out. */
export function identitiesOf(buyer: BuyerPayload | null | undefined, shop: ShopPolicy): Identities {
  const contacts: Identity[] = [];
  if (buyer?.phone != null) {
    const phone = normalisePhone(buyer.phone, regionOf(buyer.locale ?? shop.locale));
    if (phone !== null) contacts.push({ kind: "phone", value: phone });
  }
  if (buyer?.chat != null)
    for (const [kind, handle] of Object.entries(buyer.chat))
      if (handle.trim() !== "") contacts.push({ kind: `chat.${kind}`, value: handle.trim() });
  return { platformId: buyer?.id ?? null, contacts };
}

/** The text whose hash decides holdout and variant: the platform's id where there is one. */
export function firstIdentity({ platformId, contacts }: Identities): string | null {
  if (platformId !== null) return `id:${platformId}`;
  const contact = contacts[0];
  return contact === undefined ? null : `${contact.kind}:${contact.value}`;
}

function regionOf(locale: string): string | undefined {
  return /[-_]([A-Z]{2})\b/.exec(locale)?.[1];
}

/** `+8613812345678` → `+86138****5678`; handles keep two characters at each end. Only for display. */
export function maskContact(value: string): string {
  if (/^\+\d{7,}$/.test(value)) return `${value.slice(0, -8)}****${value.slice(-4)}`;
  return value.length <= 4 ? "****" : `${value.slice(0, 2)}****${value.slice(-2)}`;
}
