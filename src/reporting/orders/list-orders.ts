/** Pages of the orders that the report counts, as JSON shows them: phone numbers masked, instants with the shop's offset, money as decimal strings. */
import { contactOf, maskContact } from "../../core/order/contact.ts";
import { readId } from "../../core/order/id.ts";
import { numberSpellings } from "../../core/order/named-order.ts";
import type { ShopPolicy } from "../../core/values/policy.ts";
import type { Sql } from "../../db/client.ts";
import {
  listOrders as findOrders,
  type OrderListRow,
  type OrderPlace,
  type OrderSearch,
  type OrderState,
} from "../../db/stores/reads/orders/order-list-store.ts";
import { hasOrders, shopsWithOrders } from "../../db/stores/reads/stored-order-store.ts";
import { type Vault, VaultError } from "../../db/vault.ts";
import { type Money, moneyOf } from "../format-report.ts";
import { instantWriter } from "../instants.ts";
import type { Page } from "../listings.ts";
import { type Asked, readWindows, type ZoneOf } from "../report/period.ts";

export type OrderItem = {
  readonly shop: string;
  readonly id: string;
  readonly number: string | null;
  /** The platform's id. */
  readonly buyer: string | null;
  /** Masked. */
  readonly phone: string | null;
  readonly state: OrderState;
  readonly amount: Money | null;
  readonly createdAt: string | null;
  readonly closesAt: string | null;
  readonly paidAt: string | null;
  readonly case: string | null;
  readonly campaign: string | null;
  readonly recovery: {
    readonly campaign: string | null;
    readonly step: string | null;
    readonly reminder: string;
    readonly remindedAt: string;
    readonly amount: Money;
  } | null;
};

export type OrderListDeps = {
  readonly sql: Sql;
  readonly vault: Pick<Vault, "open" | "hash">;
  readonly zoneOf: ZoneOf;
  /** null: the shop is not configured. */
  readonly shopOf: (shop: string) => ShopPolicy | null;
};

export type OrderListQuery = Asked & {
  readonly shop: string | null;
  readonly state: OrderState | null;
  readonly campaign: string | null;
  readonly recovered: boolean | null;
  readonly q: string | null;
  readonly limit: number;
  readonly cursor: string | null;
  /** Whether phone numbers are shown, masked. */
  readonly phones: boolean;
};

export type OrderList =
  | { readonly kind: "page"; readonly page: Page<OrderItem> }
  /** The shop is not configured and has no orders; the cursor is not one of this list. */
  | { readonly kind: "unknown_shop" | "invalid_cursor" };

export async function listOrders(deps: OrderListDeps, query: OrderListQuery): Promise<OrderList> {
  const { sql, zoneOf, shopOf } = deps;
  const { shop, state, campaign, recovered, q, limit, cursor } = query;
  const after = cursor === null ? null : readPlace(cursor, recovered);
  if (cursor !== null && after === null) return { kind: "invalid_cursor" };
  if (shop !== null && shopOf(shop) === null && !(await hasOrders(sql, shop))) return { kind: "unknown_shop" };
  const shops = shop === null ? await shopsWithOrders(sql) : [shop];
  const windows = await readWindows(sql, query, zoneOf, shop);
  const search = q === null ? null : searchOf(deps, shops, q);
  const filter = { shops, state, campaign, recovered, windows, search };
  const found = await findOrders(sql, filter, { after, limit: limit + 1 });
  const rows = found.slice(0, limit);
  const last = found.length > limit ? rows.at(-1) : undefined;
  const items = rows.map((row) => itemOf(row, deps, query.phones));
  return { kind: "page", page: { items, next: last === undefined ? null : writePlace(last, recovered) } };
}

function searchOf({ vault, shopOf }: OrderListDeps, shops: readonly string[], q: string): OrderSearch {
  const contacts = shops.flatMap((shop) => {
    const policy = shopOf(shop);
    const contact = policy === null ? null : contactOf("phone", q, policy);
    return contact === null ? [] : { shop, hash: vault.hash(contact.kind, contact.value) };
  });
  const id = readId(q);
  return { id, numbers: numberSpellings(id), contacts };
}

function itemOf(row: OrderListRow, { vault, zoneOf }: OrderListDeps, phones: boolean): OrderItem {
  const at = instantWriter(zoneOf(row.shop));
  const money = (amount: number | null, currency: string | null) =>
    amount === null || currency === null ? null : moneyOf({ amount, currency });
  const recovered = money(row.recovered_amount, row.recovered_currency);
  return {
    shop: row.shop,
    id: row.id,
    number: row.number,
    buyer: row.buyer,
    phone: phones && row.phone !== null ? masked(vault, row.phone) : null,
    state: row.state,
    amount: money(row.amount, row.currency),
    createdAt: at(row.created_at),
    closesAt: at(row.closes_at),
    paidAt: at(row.paid_at),
    case: row.case_id,
    campaign: row.campaign,
    recovery:
      row.reminder_id === null || row.reminded_at === null || recovered === null
        ? null
        : {
            campaign: row.recovered_campaign,
            step: row.step,
            reminder: row.reminder_id,
            remindedAt: at(row.reminded_at),
            amount: recovered,
          },
  };
}

/** null if it was sealed with another key. */
function masked(vault: OrderListDeps["vault"], cipher: Buffer): string | null {
  try {
    return maskContact(vault.open(cipher));
  } catch (error) {
    if (error instanceof VaultError) return null;
    throw error;
  }
}

/** Recovered orders are in the order of their reminders: a cursor of the one list is refused by the other. */
const writePlace = ({ at, shop, id }: OrderPlace, recovered: boolean | null): string =>
  Buffer.from(JSON.stringify([recovered === true ? "r" : "o", at, shop, id])).toString("base64url");

function readPlace(cursor: string, recovered: boolean | null): OrderPlace | null {
  const place = parsed(Buffer.from(cursor, "base64url").toString());
  if (!Array.isArray(place)) return null;
  const [, at, shop, id]: readonly unknown[] = place;
  if (typeof at !== "number" || typeof shop !== "string" || typeof id !== "string") return null;
  // A cursor that was not written here is refused, also an instant or a name that PostgreSQL could not take.
  const isWhole = Number.isSafeInteger(at) && Math.abs(at) < 8e15 && !/\0/.test(shop + id);
  return isWhole && writePlace({ at, shop, id }, recovered) === cursor ? { at, shop, id } : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
