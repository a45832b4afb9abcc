/**
 * The rows of one order → its events. An export holds states, so an order gives `order.created`, and for its state `order.paid`,
 * `order.refunded` and `order.closed`, each with an id that is made of the order's: the same or a later export reports them again under
 * the same ids. An unpaid order also gives an `order.updated` of the time of the export, whose id is made of its content: a later
 * export with another amount changes the order, and the same one changes nothing.
 *
 * Where the export does not say when, an order counts as paid when it was created (no reminder gets the credit for it), as closed when the shop
 * closes orders by itself and at the latest at the time of the export, and as refunded at the time of the export.
 */
import { hash } from "node:crypto";
import { identitiesOf } from "../../core/order/contact.ts";
import type { BuyerPayload } from "../../core/order/event.ts";
import { isNobody } from "../../core/order/nobody.ts";
import { formatInstant } from "../../core/values/instant.ts";
import type { ShopPolicy } from "../../core/values/policy.ts";
import { CASH_ON_DELIVERY, phonesOf, TRANSFER } from "../people.ts";
import { CellFault, type Cells } from "./cells.ts";
import type { Profile } from "./profiles/profile.ts";
import { type State, stateOf } from "./states.ts";

export type OrderSettings = {
  readonly profile: Profile;
  readonly statuses: ReadonlyMap<string, State>;
  /** Epoch ms: what the table says was so then. */
  readonly exportedAt: number;
  /** Whether unpaid orders give an `order.updated`. */
  readonly updates: boolean;
};

export type ReadOrder = {
  /** As understood, never `over`. */
  readonly state: State;
  /** In the order of their times; none: the order is ignored. */
  readonly events: readonly object[];
};

const MAX_ITEMS = 500;
const SHIPPED = /^(fulfilled|partial|partially fulfilled|shipped|true|yes|1|已发货|是)$/i;
const NO_PRESALE = /^(null|none|no|false|0|否|无|-+)$/i;

/** Throws CellFault. */
export function readOrder(cells: Cells, shop: ShopPolicy, settings: OrderSettings): ReadOrder {
  const { profile } = settings;
  const id = cells.id();
  const zone = profile.zone ?? shop.timeZone;
  const standing = standingOf(cells, zone, settings.statuses);
  if (standing === null) return { state: "ignored", events: [] };
  const createdAt = cells.time("createdAt", zone) ?? timeIn(id, cells, profile, zone);
  const order = fieldsOf({ id, createdAt, zone, standing }, cells, shop, settings);
  const events = eventsOf({ id, createdAt, zone, standing }, order, cells, shop, settings);
  return { state: stateNow(standing, order.pendingConfirmation), events };
}

type Standing = {
  readonly state: Exclude<State, "ignored">;
  readonly word: string | null;
  readonly method: string | null;
  readonly isCod: boolean;
  readonly paidAt: number | null;
  readonly cancelledAt: number | null;
  readonly isPaid: boolean;
  readonly isRefunded: boolean;
  readonly isClosed: boolean;
};
type Found = {
  readonly id: string;
  readonly createdAt: number;
  readonly zone: string;
  readonly standing: Standing;
};

/** null: it is no order yet. */
function standingOf(cells: Cells, zone: string, statuses: OrderSettings["statuses"]): Standing | null {
  const paidAt = cells.time("paidAt", zone);
  const word = cells.text("status");
  const state = word === null ? (paidAt === null ? "unpaid" : "paid") : stateOf(word, statuses);
  if (state === null) throw new CellFault("unknown_status", "status", UNKNOWN);
  if (state === "ignored") return null;
  const method = cells.text("paymentMethod", 100);
  const isCod = method !== null && CASH_ON_DELIVERY.test(method.replaceAll("_", " "));
  const cancelledAt = cells.time("closedAt", zone);
  // Cash on delivery is processed unpaid. The deposit of a presale has a time of payment, too.
  const isPaid =
    state === "refunded" || (paidAt === null ? state === "paid" && !isCod : state !== "unpaid" && state !== "pending");
  const isRefunded = state === "refunded" || (state === "over" && paidAt !== null);
  const isClosed = !isRefunded && (state === "closed" || state === "over" || cancelledAt !== null);
  return { state, word, method, isCod, paidAt, cancelledAt, isPaid, isRefunded, isClosed };
}

const UNKNOWN = "is a word that is not known: say what it means with --status WORD=STATE";

function stateNow({ isPaid, isRefunded, isClosed }: Standing, isPending: boolean): State {
  if (isRefunded) return "refunded";
  if (isClosed) return "closed";
  if (isPaid) return "paid";
  return isPending ? "pending" : "unpaid";
}

function fieldsOf(found: Found, cells: Cells, shop: ShopPolicy, { profile, exportedAt }: OrderSettings) {
  const { id, createdAt, zone, standing } = found;
  const { state, method, isCod } = standing;
  const due = standing.isPaid || standing.isClosed ? null : cells.amount("due");
  const dueAt = cells.time("dueAt", zone);
  return {
    id,
    number: cells.text("number"),
    amount: due !== null && Number(due) > 0 ? due : cells.amount("amount"),
    currency: currencyOf(cells, profile, shop),
    createdAt: at(createdAt),
    closesAt: at(cells.time("closesAt", zone)),
    buyer: buyerOf(cells, id, profile, shop),
    items: cells.items(MAX_ITEMS),
    paymentMethod: isCod ? "cod" : method,
    payUrl: cells.text("payUrl"),
    tags: tagsOf(cells.text("tags")),
    pendingConfirmation:
      state === "pending" ||
      // Nothing is due, yet it is not paid: the payment is on its way, as that of a bank transfer is.
      (due !== null && Number(due) === 0) ||
      (method !== null && TRANSFER.test(method)) ||
      (dueAt !== null && dueAt > exportedAt) ||
      // A table does not say when the balance of a presale can be paid.
      !NO_PRESALE.test(cells.text("presale") ?? "-"),
    shipped: cells.has("shipped") ? SHIPPED.test(cells.text("shipped") ?? "") : null,
    note: cells.text("note", 5_000),
  };
}

function eventsOf(
  { id, createdAt, zone, standing }: Found,
  order: ReturnType<typeof fieldsOf>,
  cells: Cells,
  shop: ShopPolicy,
  { exportedAt, updates }: OrderSettings,
): object[] {
  const { state, word, paidAt, cancelledAt, isPaid, isRefunded, isClosed } = standing;
  const event = (type: string, when: number, payload: object, name = type) => ({
    id: `csv-${id}-${name}`,
    type: `order.${type}`,
    occurredAt: at(when),
    shop: shop.id,
    order: payload,
  });
  const events: object[] = [event("created", createdAt, order)];
  const paidTime = paidAt ?? createdAt;
  if (isPaid) events.push(event("paid", paidTime, { id, paidAt: at(paidTime) }));
  if (isRefunded) {
    const refundedAt = cells.time("refundedAt", zone) ?? Math.max(exportedAt, paidTime + 1_000);
    events.push(event("refunded", refundedAt, { id }));
  }
  if (isClosed) {
    const byItself = Math.min(exportedAt, createdAt + (shop.closeAfter ?? Number.POSITIVE_INFINITY));
    const closedAt = cancelledAt ?? Math.max(createdAt, byItself);
    const reason = cells.text("reason", 200) ?? (state === "closed" || state === "over" ? word : "cancelled");
    events.push(event("closed", closedAt, { id, closedAt: at(closedAt), reason }));
  }
  if (!isPaid && !isClosed && updates && exportedAt > createdAt)
    events.push(event("updated", exportedAt, order, hashOf(order)));
  return events;
}

const at = <T extends number | null>(ms: T) => (ms === null ? null : formatInstant(ms, 0));

const hashOf = (order: object): string => hash("sha256", JSON.stringify(order), "hex").slice(0, 20);

function timeIn(id: string, cells: Cells, { createdIn }: Profile, zone: string): number {
  const digits = createdIn?.exec(id)?.groups?.time;
  const parts = digits?.match(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/);
  if (parts == null) throw cells.empty("createdAt");
  const [, year, month, day, hour, minute, second] = parts;
  return cells.read("createdAt", `${year}-${month}-${day} ${hour}:${minute}:${second}`, zone);
}

function currencyOf(cells: Cells, profile: Profile, shop: ShopPolicy): string {
  const code = cells.text("currency");
  if (code !== null && /^[A-Za-z]{3}$/.test(code)) return code.toUpperCase();
  return profile.currency ?? shop.currency;
}

/** Without anything that says who the buyer is, each order is a buyer of its own: it counts in reports, and nobody can be reminded. */
function buyerOf(cells: Cells, order: string, profile: Profile, shop: ShopPolicy) {
  const given = cells.text("buyer.id");
  const id = given === null || isNobody(given) ? null : given;
  const country = cells.text("buyer.country") ?? profile.country;
  const phone = phonesOf(cells.all("buyer.phone").map((number) => [number, null]));
  const buyer = {
    id,
    phone,
    name: cells.loose("buyer.name", 200),
    email: cells.loose("buyer.email", 300),
    country,
    locale: cells.text("buyer.locale"),
    timeZone: cells.text("buyer.timeZone"),
    tier: cells.text("buyer.tier"),
  };
  if (id !== null) return buyer;
  const known = phone === null ? [] : identitiesOf({ phone, country } as BuyerPayload, shop).contacts;
  return known.length > 0 ? buyer : { ...buyer, id: `order-${order}` };
}

const tagsOf = (text: string | null): string[] | null =>
  text === null
    ? null
    : text
        .split(/[,，]/)
        .map((tag) => tag.trim().slice(0, 200))
        .filter((tag) => tag !== "")
        .slice(0, 200);
