/** Opts an address out of a shop's messages, and lifts that. Only the keyed hash of the address is stored. */
import { contactOf, maskContact } from "../core/order/contact.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import type { Sql } from "../db/client.ts";
import { liftSuppression, suppressContact } from "../db/stores/buyers/suppression-store.ts";
import type { Vault } from "../db/vault.ts";

export type SuppressDeps = {
  readonly sql: Sql;
  readonly vault: Vault;
  readonly shopOf: (shop: string) => ShopPolicy | null;
};

export type AddressInput = {
  readonly shop: string;
  readonly address: string;
  /** `phone`, or the kind of chat. */
  readonly kind: string;
};

export type SuppressInput = AddressInput & {
  /** Why, for the record. */
  readonly source: string;
};

type Unusable = { readonly kind: "invalid_address"; readonly masked: string } | { readonly kind: "unknown_shop" };
export type Suppressed = { readonly kind: "added" | "present"; readonly masked: string } | Unusable;
export type Lifted = { readonly kind: "lifted" | "absent"; readonly masked: string } | Unusable;

export async function suppress(deps: SuppressDeps, input: SuppressInput): Promise<Suppressed> {
  const found = addressOf(deps, input);
  if (found.kind !== "found") return found;
  const added = await suppressContact(deps.sql, input.shop, found.hash, input.source);
  return { kind: added ? "added" : "present", masked: found.masked };
}

/** The buyer of the address is reminded again, from the next planned step on. Skipped reminders stay skipped. */
export async function unsuppress(deps: SuppressDeps, input: AddressInput): Promise<Lifted> {
  const found = addressOf(deps, input);
  if (found.kind !== "found") return found;
  const lifted = await liftSuppression(deps.sql, input.shop, found.hash);
  return { kind: lifted ? "lifted" : "absent", masked: found.masked };
}

type Found = { readonly kind: "found"; readonly hash: Buffer; readonly masked: string };

function addressOf(deps: SuppressDeps, { shop, address, kind }: AddressInput): Found | Unusable {
  const policy = deps.shopOf(shop);
  if (policy === null) return { kind: "unknown_shop" };
  const contact = contactOf(kind, address, policy);
  if (contact === null) return { kind: "invalid_address", masked: maskContact(address) };
  return { kind: "found", hash: deps.vault.hash(contact.kind, contact.value), masked: maskContact(contact.value) };
}
