/** Contacts that strangers share, a page at a time, with masked addresses. */

import { readPhone } from "../core/order/address/phone.ts";
import { maskContact } from "../core/order/contact.ts";
import { unpackReporters } from "../core/order/sharing.ts";
import type { Sql } from "../db/client.ts";
import { findSharedContacts, type SharedContactRow } from "../db/stores/reads/shared-contact-store.ts";
import { type Vault, VaultError } from "../db/vault.ts";
import { instantWriter } from "./instants.ts";
import type { Page } from "./listings.ts";

export type SharedContact = {
  readonly shop: string;
  readonly kind: string;
  readonly masked: string;
  readonly why: "shared" | "placeholder";
  readonly buyers: number;
  readonly since: string;
};

export type SharedDeps = {
  readonly sql: Sql;
  readonly vault: Pick<Vault, "open">;
  readonly zoneOf: (shop: string) => string;
};

export type SharedQuery = { readonly shop: string | null; readonly limit: number; readonly cursor: string | null };

/** null: the cursor is not valid. */
export async function listShared(
  { sql, vault, zoneOf }: SharedDeps,
  { shop, limit, cursor }: SharedQuery,
): Promise<Page<SharedContact> | null> {
  const after = cursor === null ? null : readPlace(cursor);
  if (cursor !== null && after === null) return null;
  const rows = await findSharedContacts(sql, shop, { after, limit: limit + 1 });
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const items = shown.map(({ shop: id, kind, cipher, reporters, shared_at }): SharedContact => {
    const value = opened(vault, cipher);
    const dummy = kind !== "" && !kind.startsWith("chat.") && readPhone(value, null).number?.dummy === true;
    return {
      shop: id,
      kind,
      masked: maskContact(value),
      why: dummy ? "placeholder" : "shared",
      buyers: unpackReporters(reporters).size,
      since: instantWriter(zoneOf(id))(shared_at),
    };
  });
  return { items, next: last === undefined ? null : writePlace(last) };
}

/** "" if it was sealed with another key. */
function opened(vault: SharedDeps["vault"], cipher: Buffer): string {
  try {
    return vault.open(cipher);
  } catch (error) {
    if (error instanceof VaultError) return "";
    throw error;
  }
}

const HASH_BYTES = 16;

const writePlace = ({ shop, hash }: Pick<SharedContactRow, "shop" | "hash">): string =>
  Buffer.concat([hash, Buffer.from(shop)]).toString("base64url");

function readPlace(cursor: string): Pick<SharedContactRow, "shop" | "hash"> | null {
  const bytes = Buffer.from(cursor, "base64url");
  const place = { hash: bytes.subarray(0, HASH_BYTES), shop: bytes.subarray(HASH_BYTES).toString() };
  return place.shop !== "" && !place.shop.includes("\0") && writePlace(place) === cursor ? place : null;
}
