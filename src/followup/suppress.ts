/**
 * Opts an address out of a shop's messages, and lifts that. Only the keyed hash of the address is stored, and its masked form, encrypted.
 * The audit trail names the suppression by its id.
 */
import { contactOf, kindOf, maskContact } from "../core/order/contact.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import type { Sql } from "../db/client.ts";
import { newId } from "../db/ids.ts";
import {
  type ContactKey,
  findSuppressed,
  findSuppression,
  liftSuppressions,
  type SuppressionReason,
  type SuppressionRow,
  suppressContacts,
} from "../db/stores/buyers/suppression-store.ts";
import { type Actor, insertAudit } from "../db/stores/campaigns/audit-store.ts";
import { inTransaction } from "../db/transaction.ts";
import type { Vault } from "../db/vault.ts";

export type SuppressDeps = {
  readonly sql: Sql;
  readonly vault: Vault;
  readonly shopOf: (shop: string) => ShopPolicy | null;
};

export type AddressInput = {
  readonly shop: string;
  readonly address: string;
  /** `phone`, `email`, or the kind of chat. Absent: a phone number, or an e-mail address if it has an @. */
  readonly kind?: string | undefined;
};

type Unusable = { readonly kind: "invalid_address"; readonly masked: string } | { readonly kind: "unknown_shop" };
export type Suppressed =
  | { readonly kind: "added" | "present"; readonly masked: string; readonly row: SuppressionRow }
  | Unusable;
export type Lifted = { readonly kind: "lifted" | "absent"; readonly masked: string } | Unusable;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const EVERY_REASON = ["opt_out", "manual", "bounce"] as const;

/** A person opts the address out. From the commit on, nothing is claimed for it. */
export const suppress = (deps: SuppressDeps, actor: Actor, input: AddressInput): Promise<Suppressed> =>
  write(deps, actor, input, "manual");

/** The owner of the address opts out. */
export const optOut = (deps: SuppressDeps, actor: Actor, input: AddressInput): Promise<Suppressed> =>
  write(deps, actor, input, "opt_out");

async function write(
  deps: SuppressDeps,
  actor: Actor,
  input: AddressInput,
  reason: SuppressionReason,
): Promise<Suppressed> {
  const found = addressOf(deps, input);
  if (found.kind !== "found") return found;
  const { shop } = input;
  const { contact, hash, masked } = found;
  const sealed = deps.vault.seal(masked);
  const row = {
    shop,
    hash,
    id: newId(),
    kind: contact,
    masked: sealed,
    reason,
    source: actor.who,
  };
  return inTransaction(deps.sql, async (tx) => {
    const [added] = await suppressContacts(tx, [row]);
    const stored = await findSuppression(tx, row);
    if (stored === null) throw new Error("a suppression was lifted while its buyer was locked");
    if (added !== undefined) await audit(tx, actor, "suppression.add", shop, stored.id);
    return { kind: added === undefined ? "present" : "added", masked, row: stored };
  });
}

/** The buyer of the address is reminded again, from the next planned step on. Skipped reminders stay skipped. */
export async function unsuppress(deps: SuppressDeps, actor: Actor, input: AddressInput): Promise<Lifted> {
  const found = addressOf(deps, input);
  if (found.kind !== "found") return found;
  const lifted = await lift(deps.sql, actor, { shop: input.shop, hash: found.hash });
  return { kind: lifted ? "lifted" : "absent", masked: found.masked };
}

/** false: there is no suppression with this id. */
export async function unsuppressById(sql: Sql, actor: Actor, id: string): Promise<boolean> {
  if (!UUID.test(id)) return false;
  const found = await findSuppressed(sql, id);
  return found !== null && lift(sql, actor, found);
}

function lift(sql: Sql, actor: Actor, key: ContactKey): Promise<boolean> {
  return inTransaction(sql, async (tx) => {
    const [lifted] = await liftSuppressions(tx, [key], EVERY_REASON);
    if (lifted !== undefined) await audit(tx, actor, "suppression.lift", key.shop, lifted.id);
    return lifted !== undefined;
  });
}

const audit = (tx: Sql, actor: Actor, action: string, shop: string, id: string) =>
  insertAudit(tx, actor, { action, subject: shop, from: null, to: null, note: `suppression ${id}` });

type Found = { readonly kind: "found"; readonly contact: string; readonly hash: Buffer; readonly masked: string };

function addressOf(deps: SuppressDeps, { shop, address, kind = kindOf(address) }: AddressInput): Found | Unusable {
  const policy = deps.shopOf(shop);
  if (policy === null) return { kind: "unknown_shop" };
  const contact = contactOf(kind, address, policy);
  if (contact === null) return { kind: "invalid_address", masked: maskContact(address) };
  const hash = deps.vault.hash(contact.kind, contact.value);
  return { kind: "found", contact: contact.kind, hash, masked: maskContact(contact.value) };
}
