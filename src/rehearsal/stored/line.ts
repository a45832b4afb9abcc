/**
 * A stored event as a line of a file for the rehearsal: the event as it came in, and beside it what the database knows of its buyer. Only the
 * contacts and names that the rehearsal needs are decrypted: a handle identifies a buyer as well by its hash.
 */

import type { Known } from "../../core/simulation/input.ts";
import { formatInstant } from "../../core/values/instant.ts";
import type { ContactKind } from "../../core/values/policy.ts";
import type { StoredBuyer, StoredContact, StoredEvent } from "../../db/stores/reads/stored-order-store.ts";
import type { Vault } from "../../db/vault.ts";

export type Needs = {
  /** Some text names the buyer. */
  readonly names: boolean;
  /** The kinds of contact that the channels use. */
  readonly contacts: ReadonlySet<ContactKind>;
};

export type BuyerFacts = { readonly buyer: Readonly<Record<string, unknown>>; readonly known: Known };

export function buyerFacts(
  { id, platform_id, bucket, profile }: StoredBuyer,
  contacts: readonly StoredContact[],
  needs: Needs,
  vault: Vault,
): BuyerFacts {
  const uses = (kind: string): boolean =>
    needs.contacts.has(kind as ContactKind) || (kind.startsWith("chat.") && needs.contacts.has("chat"));
  // Without an id of the platform a contact is the name of the buyer.
  const wanted = contacts.filter(
    ({ kind }) => kind !== "call" && kind !== "email" && (platform_id === null || uses(kind)),
  );
  const email = contacts.find(({ kind }) => kind === "email" && uses(kind));
  const phone = wanted.find(({ kind }) => kind === "phone");
  const chats = wanted.filter(({ kind }) => kind.startsWith("chat."));
  return {
    buyer: {
      id: platform_id ?? (wanted.length === 0 ? id : null),
      phone: phone === undefined ? null : vault.open(phone.cipher),
      email: email === undefined ? null : vault.open(email.cipher),
      chat: Object.fromEntries(
        chats.map(({ kind, hash, cipher }) => [
          kind.slice("chat.".length),
          platform_id === null ? vault.open(cipher) : hash.toString("hex"),
        ]),
      ),
      name: needs.names && profile.name !== undefined ? vault.open(Buffer.from(profile.name[0], "base64")) : null,
      locale: profile.locale?.[0] ?? null,
      timeZone: profile.timeZone?.[0] ?? null,
      tier: profile.tier?.[0] ?? null,
    },
    known: {
      bucket: bucket >>> 0,
      suppressed: contacts.filter(({ suppressed }) => suppressed).map(({ kind }) => kind),
    },
  };
}

/** The lines of one order. The buyer stands in the events that named it; if none says that it did, in all. */
export function linesOf(shop: string, events: readonly StoredEvent[], facts: BuyerFacts | null): string {
  const named = events.some(namesBuyer);
  return events
    .map((event) => {
      const { by: _by, through: _through, warnings: _warnings, ...order } = event.told;
      const isNamed = facts !== null && (!named || namesBuyer(event));
      const line = {
        id: event.id,
        type: event.type,
        occurredAt: formatInstant(event.occurred_at, 0),
        shop,
        order: { ...written(order), ...(isNamed ? { buyer: facts.buyer } : {}) },
        ...(isNamed ? { known: facts.known } : {}),
      };
      return `${JSON.stringify(line)}\n`;
    })
    .join("");
}

const namesBuyer = ({ told }: StoredEvent): boolean => told.by !== undefined || told.through !== undefined;

/** Instants are stored as epoch ms. */
const INSTANTS = new Set(["createdAt", "closesAt", "paidAt", "closedAt", "balanceFrom", "balanceTo"]);
const written = (fields: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      INSTANTS.has(name) && typeof value === "number"
        ? formatInstant(value, 0)
        : name === "presale" && typeof value === "object" && value !== null
          ? written(value)
          : value,
    ]),
  );
