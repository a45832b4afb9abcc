/**
 * Features of people's work on a case or buyer: each verb loads, decides and writes in one transaction. A verb marks the buyer as touched;
 * dispatch then replans the case.
 */
import { DEFAULTS } from "../core/campaign/campaign-file.ts";
import type { Reason } from "../core/values/reason.ts";
import { instantOf, type When } from "../core/values/when.ts";
import type { Sql } from "../db/client.ts";
import { isKnownOrder, keepPromise, loadPromised, lockBuyerOfOrder } from "../db/stores/buyers/promise-store.ts";
import { orderIdOf } from "../db/stores/reads/order-name-store.ts";
import { inTransaction } from "../db/transaction.ts";

export type PromiseRecord = {
  readonly shop: string;
  readonly order: string;
  /** Epoch ms, or as people write it. A day is over when the buyer will have paid. */
  readonly at: When | number;
  readonly reason: string | null;
  readonly by: string | null;
};

export type PromisePolicies = {
  /** IANA zone of a shop (UTC). */
  readonly zoneOf?: (shop: string) => string;
  /** ms; null: the case has no campaign, or it is not known (2 m). */
  readonly minLeadOf?: (campaign: string) => number | null;
};

export type Recorded =
  | RecordedPromise
  | { readonly kind: "unknown_order" | "no_open_case" }
  /** Epoch ms. */
  | { readonly kind: "past"; readonly at: number; readonly now: number }
  /** `latest`: the last moment at which a reminder of this order would still be in time. */
  | { readonly kind: "too_late"; readonly at: number; readonly closesAt: number; readonly latest: number };

export type RecordedPromise = {
  readonly kind: "recorded";
  readonly caseId: string;
  readonly orders: readonly string[];
  readonly at: number;
  /** The case is a person's: it gets no reminder until it is handed back. */
  readonly manual: boolean;
  /** When it is; null: never. */
  readonly backAt: number | null;
  /** Why the case as a whole gets no reminder now. */
  readonly waiting: Reason | null;
  /** How many planned sends were due before. */
  readonly earlier: number;
  /** Other orders of the case that are too near their close by then. */
  readonly closing: readonly { readonly order: string; readonly closesAt: number }[];
};

/**
 * The promise holds for the whole case of the order. A later promise replaces it. `at` must be in the future by the database's clock, and at
 * least `minLead` before the close of the order. `order` is its id or number; throws AmbiguousOrderError.
 */
export async function recordPromise(
  sql: Sql,
  record: PromiseRecord,
  policies: PromisePolicies = {},
): Promise<Recorded> {
  const order = await orderIdOf(sql, record.shop, record.order);
  for (;;) {
    const result = await inTransaction(sql, (tx) => attempt(tx, { ...record, order }, policies));
    if (result !== "merged") return result;
  }
}

async function attempt(tx: Sql, record: PromiseRecord, policies: PromisePolicies): Promise<Recorded | "merged"> {
  const { shop, order, reason, by } = record;
  const buyer = await lockBuyerOfOrder(tx, shop, order);
  // An order may be known before its buyer is.
  if (buyer === null) return { kind: (await isKnownOrder(tx, shop, order)) ? "no_open_case" : "unknown_order" };
  // Merged while this waited for the lock: the order now belongs to another buyer.
  if (buyer.merged) return "merged";
  const { now } = buyer;
  const zone = policies.zoneOf?.(shop) ?? "UTC";
  const at = typeof record.at === "number" ? record.at : instantOf(record.at, { zone, now, edge: "end" });
  if (at <= now) return { kind: "past", at, now };
  const promised = await loadPromised(tx, { shop, order, buyer: buyer.id, at });
  if (promised === null) return { kind: "no_open_case" };
  const { campaign, manual, backAt, waiting, earlier } = promised;
  const minLead = (campaign === null ? null : policies.minLeadOf?.(campaign)) ?? DEFAULTS.minLead;
  const isLate = (closesAt: number | null): closesAt is number => closesAt !== null && at > closesAt - minLead;
  const own = promised.orders.find(({ id }) => id === order)?.closesAt ?? null;
  if (isLate(own)) return { kind: "too_late", at, closesAt: own, latest: own - minLead };
  const subject = { shop, buyer: buyer.id, case: promised.id, task: null };
  await keepPromise(tx, subject, { at, recordedAt: Math.floor(now) }, { reason, by });
  return {
    kind: "recorded",
    caseId: promised.id,
    orders: promised.orders.map(({ id }) => id),
    at,
    manual,
    backAt: manual ? backAt : null,
    waiting,
    earlier,
    closing: promised.orders.flatMap(({ id, closesAt }) => (isLate(closesAt) ? [{ order: id, closesAt }] : [])),
  };
}
