/** Opts an address out of a shop's messages. Only the keyed hash of the address is stored. */
import { contactOf, maskContact } from "../core/order/contact.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import type { Sql } from "../db/client.ts";
import { suppressContact } from "../db/stores/buyers/suppression-store.ts";
import type { Vault } from "../db/vault.ts";

export type SuppressDeps = {
  readonly sql: Sql;
  readonly vault: Vault;
  readonly shopOf: (shop: string) => ShopPolicy | null;
};

export type SuppressInput = {
  readonly shop: string;
  readonly address: string;
  /** `phone`, or the kind of chat. */
  readonly kind: string;
  /** Why, for the record. */
  readonly source: string;
};

export type Suppressed =
  | { readonly kind: "added" | "present" | "invalid_address"; readonly masked: string }
  | { readonly kind: "unknown_shop" };

export async function suppress(deps: SuppressDeps, input: SuppressInput): Promise<Suppressed> {
  const { shop, address, kind, source } = input;
  const policy = deps.shopOf(shop);
  if (policy === null) return { kind: "unknown_shop" };
  const contact = contactOf(kind, address, policy);
  if (contact === null) return { kind: "invalid_address", masked: maskContact(address) };
  const added = await suppressContact(deps.sql, shop, deps.vault.hash(contact.kind, contact.value), source);
  return { kind: added ? "added" : "present", masked: maskContact(contact.value) };
}
