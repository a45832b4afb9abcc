/**
 * Replies that opt an address out or in again, and addresses that a provider reports as opted out or as not existing. One transaction records the
 * wish and stops what is planned. No address and no text is stored or logged.
 */
import { contactOf, type Identity, maskContact } from "../core/order/contact.ts";
import { readWish } from "../core/receipts/consent.ts";
import { covers } from "../core/rules/buyer-state.ts";
import type { Receipt } from "../core/seams/receipt.ts";
import type { ContactKind, ShopPolicy } from "../core/values/policy.ts";
import type { Sql } from "../db/client.ts";
import { newId } from "../db/ids.ts";
import { type WishWrite, writeWishes } from "../db/stores/buyers/wish-writer.ts";
import { insertAudit } from "../db/stores/campaigns/audit-store.ts";
import { databaseNow } from "../db/stores/intake/intake-store.ts";
import { shopsSeen } from "../db/stores/reads/windows.ts";
import { type Matched, matchReceipts } from "../db/stores/receipts/match-store.ts";
import { chatKinds, contactsOfReminders, storedContacts } from "../db/stores/receipts/wish-store.ts";
import { inTransaction } from "../db/transaction.ts";
import { type Arrived, nameOf } from "./apply.ts";
import type { ReceiptDeps } from "./deps.ts";

type Wishing = Arrived & { readonly index: number; readonly wish: "out" | "in" | "invalid" };
type Address = { readonly shop: string; readonly kind: string; readonly hash: Buffer; readonly masked: string };
type Outcome = Address &
  Pick<Wishing, "wish" | "channel"> & {
    readonly at: number;
    /** The provider says so, in the receipt of a message. */
    readonly reported: boolean;
  };

export const wishOf = ({ kind, wish, text }: Receipt): Wishing["wish"] | null =>
  wish ?? (kind === "reply" && text !== null ? readWish(text) : null);

/** Records the wishes among what arrived. Returns for each whether somebody is known by its address, or its message is. */
export async function applyWishes(deps: ReceiptDeps, arrived: readonly Arrived[]): Promise<readonly boolean[]> {
  const matches = new Map((await matchReceipts(deps.sql, arrived.map(nameRow))).map((match) => [match.index, match]));
  const wishing = arrived.flatMap((each, index) => {
    const wish = wishOf(each.receipt);
    return wish === null ? [] : [{ ...each, index, wish }];
  });
  const known = arrived.map((_, index) => matches.has(index));
  if (wishing.length === 0) return known;
  await inTransaction(deps.sql, async (tx) => {
    const now = await databaseNow(tx);
    const outcomes = new Map<string, Outcome>();
    for (const each of wishing) {
      const { addresses, isKnown } = await addressesOf(deps, tx, each, matches.get(each.index));
      if (isKnown) known[each.index] = true;
      const { at, kind } = each.receipt;
      for (const address of addresses) {
        const key = `${address.shop}\n${address.hash.toString("latin1")}`;
        const outcome = {
          ...address,
          wish: each.wish,
          channel: each.channel,
          at: Math.min(at ?? now, now),
          reported: kind === "failed",
        };
        const before = outcomes.get(key);
        if (before === undefined || isLater(outcome, before)) outcomes.set(key, outcome);
      }
    }
    await writeWishes(
      tx,
      [...outcomes.values()].map((outcome) => writeOf(deps, outcome)),
      insertAudit,
    );
  });
  return known;
}

const nameRow = ({ channel, receipt }: Arrived, index: number) => nameOf({ channel, receipt }, index);

const isLater = (a: Outcome, b: Outcome): boolean => a.at > b.at || (a.at === b.at && b.wish === "in");

const writeOf = (
  { vault, channels }: ReceiptDeps,
  { shop, kind, hash, masked, wish, channel, at, reported }: Outcome,
): WishWrite => ({
  ...{ shop, hash, kind, channel, at, id: newId(), masked: vault.seal(masked), out: wish !== "in" },
  reason: wish === "invalid" ? "bounce" : "opt_out",
  source: (reported ? channels.get(channel)?.provider : undefined) ?? channel,
});

/**
 * The addresses that a wish is about. If its message is known, it is about that shop. Else it holds for every shop that knows the address,
 * and for all shops if none does.
 */
async function addressesOf(
  deps: ReceiptDeps,
  tx: Sql,
  { receipt, channel }: Wishing,
  match: Matched | undefined,
): Promise<{ readonly addresses: readonly Address[]; readonly isKnown: boolean }> {
  const contacts = deps.channels.get(channel)?.contacts ?? ["phone"];
  if (receipt.address === null) {
    if (match === undefined) return { addresses: [], isKnown: false };
    return { addresses: await buyersContacts(deps, tx, match, contacts), isKnown: true };
  }
  const kinds = await kindsOf(tx, contacts, receipt.addressKind);
  const shops = match === undefined ? await everyShop(deps, tx) : [match.shop];
  const candidates = shops.flatMap((shop) => {
    const policy = deps.shopOf(shop);
    return policy === null ? [] : kinds.flatMap((kind) => addressOf(deps, policy, kind, receipt.address ?? "") ?? []);
  });
  const stored = new Set(
    (await storedContacts(tx, candidates)).map(({ shop, hash }) => `${shop}\n${hash.toString("latin1")}`),
  );
  const isStored = ({ shop, hash }: Address) => stored.has(`${shop}\n${hash.toString("latin1")}`);
  const knowing = new Set(candidates.filter(isStored).map(({ shop }) => shop));
  // A number may be reported as the handle today and as the phone tomorrow. A handle of any chat is one kind only.
  const known = candidates.filter((each) => (contacts.includes("chat") ? isStored(each) : knowing.has(each.shop)));
  if (known.length > 0) return { addresses: known, isKnown: true };
  if (match === undefined) return { addresses: candidates, isKnown: false };
  // The one who got the message answers from an address that nobody reported.
  return { addresses: [...candidates, ...(await buyersContacts(deps, tx, match, contacts))], isKnown: true };
}

function addressOf({ vault }: ReceiptDeps, shop: ShopPolicy, kind: string, address: string): Address | null {
  const contact: Identity | null = contactOf(kind, address, shop);
  if (contact === null) return null;
  const hash = vault.hash(contact.kind, contact.value);
  return { shop: shop.id, kind: contact.kind, hash, masked: maskContact(contact.value) };
}

/** The kinds of a channel's contacts, as `contactOf` takes them. `given`: the kind of chat that the receipt names. */
async function kindsOf(tx: Sql, contacts: readonly ContactKind[], given: string | null): Promise<readonly string[]> {
  const isChat = (kind: string) => kind.startsWith("chat");
  const others = contacts.filter((kind) => !isChat(kind));
  if (given !== null && contacts.some(isChat)) return [...others, given];
  const chats = contacts.includes("chat") ? await chatKinds(tx) : contacts.filter(isChat);
  return [...others, ...chats.map((kind) => kind.slice("chat.".length))];
}

async function buyersContacts(
  { vault }: ReceiptDeps,
  tx: Sql,
  { shop, reminder_id: id }: Matched,
  contacts: readonly ContactKind[],
): Promise<Address[]> {
  const rows = await contactsOfReminders(tx, [{ shop, id }]);
  return rows
    .filter(({ kind }) => contacts.some((taken) => covers(taken, kind)))
    .map(({ kind, hash, cipher }) => ({ shop, kind, hash, masked: maskContact(vault.open(cipher)) }));
}

const everyShop = async ({ shopIds }: ReceiptDeps, tx: Sql): Promise<string[]> => [
  ...new Set([...shopIds, ...(await shopsSeen(tx))]),
];
