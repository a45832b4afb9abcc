/** Makes an event ready before a transaction begins: the identities of its buyer as hashes, and the payload to be stored. */
import { acceptEvent } from "../core/order/accept.ts";
import type { Identity } from "../core/order/contact.ts";
import type { BuyerPayload, OrderEvent, OrderPayload, Rejection } from "../core/order/event.ts";
import { reporterOf } from "../core/order/sharing.ts";
import type { Warning } from "../core/order/warnings.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import { newId } from "../db/ids.ts";
import { contactName } from "../db/stores/intake/split-store.ts";
import type { Vault } from "../db/vault.ts";

export type PreparedContact = {
  readonly kind: string;
  readonly value: string;
  readonly hash: Buffer;
  readonly key: string;
};

export type Prepared = {
  readonly shop: string;
  readonly id: string;
  /** The id of the buyer or of the further platform id that comes into being by it: drawn now, so that the older has the smaller one. */
  readonly rowId: string;
  readonly type: OrderEvent["type"];
  readonly occurredAt: number;
  readonly orderId: string;
  /** The order as reported, without its buyer: it is stored, and the order is folded from it. */
  readonly payload: OrderPayload & {
    /** The buyer id that the event names, as core/order/sharing.ts names it. */
    readonly by?: string;
    /** If it names none: the names of the contacts that it reports (db/stores/intake/split-store.ts). */
    readonly through?: readonly string[];
    /** Its buyer is erased. */
    readonly erased?: true;
  };
  readonly buyer: BuyerPayload | null;
  readonly platformId: string | null;
  readonly contacts: readonly PreparedContact[];
  /** E-mail addresses, which join nobody. */
  readonly emails: readonly PreparedContact[];
  /** Well-known numbers of nobody. */
  readonly dummies: readonly PreparedContact[];
  /** Decides holdout and variant if this event is the first of its buyer; null: it names no buyer. */
  readonly firstIdentity: string | null;
  /** Parts of the event that could not be used. */
  readonly warnings: readonly Warning[];
};

export type PrepareEnv = { readonly shopOf: (shop: string) => ShopPolicy | null; readonly vault: Vault };

export type PreparedOrRejected =
  | { readonly ok: true; readonly prepared: Prepared }
  | { readonly ok: false; readonly id: string | null; readonly rejection: Rejection };

/** Checks one event of any origin, and makes it ready. Never throws, whatever `input` is. */
export function prepare(env: PrepareEnv, input: unknown): PreparedOrRejected {
  const accepted = acceptEvent(input, env.shopOf);
  if (!accepted.ok) return accepted;
  const { event, identities, identity, warnings } = accepted;
  const { buyer: payload, ...order } = event.order;
  const buyer = payload ?? null;
  const prepared = ({ kind, value }: Identity): PreparedContact => {
    const hash = env.vault.hash(kind, value);
    return { kind, value, hash, key: `${event.shop}\n${hash.toString("latin1")}` };
  };
  const contacts = identities.contacts.map(prepared);
  return {
    ok: true,
    prepared: {
      shop: event.shop,
      id: event.id,
      rowId: newId(),
      type: event.type,
      occurredAt: event.occurredAt,
      orderId: order.id,
      payload: { ...order, ...reportedBy(identities.platformId, contacts) },
      buyer,
      platformId: identities.platformId,
      contacts,
      emails: identities.emails.map(prepared),
      dummies: identities.dummies.map(prepared),
      firstIdentity: identity,
      warnings,
    },
  };
}

/** Tells which orders and contacts belong together, should a shared contact have joined several buyers. */
function reportedBy(
  platformId: string | null,
  contacts: readonly PreparedContact[],
): Pick<Prepared["payload"], "by" | "through"> {
  if (platformId !== null) return { by: reporterOf(platformId) };
  return contacts.length === 0 ? {} : { through: contacts.map(({ hash }) => contactName(hash)) };
}
