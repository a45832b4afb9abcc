/** The card of a task: all that a person needs before they speak to the buyer, in one answer. */
import { formatInstant } from "../../core/values/instant.ts";
import { formatAmount } from "../../core/values/money.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import {
  type CaseTouch,
  loadCaseOrders,
  loadCasePromise,
  loadCaseSends,
  loadCaseTouches,
  loadTaskCase,
} from "../../db/stores/reads/desk/task-card-store.ts";
import type { Vault } from "../../db/vault.ts";
import { type DeskDeps, isTaskId } from "./deps.ts";
import { findTask } from "./list.ts";
import { openedOf, openOf } from "./shown.ts";

type CardDeps = Pick<DeskDeps, "sql" | "zoneOf"> & { readonly vault: Pick<Vault, "open"> };

/** null: there is no such task. */
export async function taskCard(deps: CardDeps, id: string) {
  const { sql, vault, zoneOf } = deps;
  if (!isTaskId(id)) return null;
  const [task, theCase] = await Promise.all([findTask(deps, id), loadTaskCase(sql, id)]);
  if (task === null || theCase === null) return null;
  const [orders, sends, touches, promise] = await Promise.all([
    loadCaseOrders(sql, theCase),
    loadCaseSends(sql, theCase),
    loadCaseTouches(sql, theCase),
    loadCasePromise(sql, theCase),
  ]);
  const zone = zoneOf(theCase.shop);
  const at = (ms: number) => formatInstant(Math.floor(ms), offsetMinutes(zone, ms));
  const maybeAt = (ms: number | null) => (ms === null ? null : at(ms));
  return {
    task,
    name: openedOf(vault, theCase.profile.name),
    tier: theCase.profile.tier?.[0] ?? null,
    locale: theCase.profile.locale?.[0] ?? null,
    orders: orders.map(({ id: order, number, amount, currency, closes_at, details }) => ({
      ...{ id: order, number, closesAt: maybeAt(closes_at) },
      amount:
        amount === null || currency === null ? null : { amount: formatAmount(BigInt(amount), currency), currency },
      items: details.items.map(({ sku, title, quantity }) => ({
        sku: sku ?? null,
        title: title ?? null,
        quantity: quantity ?? null,
      })),
    })),
    sent: sends.map(({ at: sentAt, delivered_at, step, channel, state }) => ({
      ...{ at: at(sentAt), step, channel, state },
      deliveredAt: maybeAt(delivered_at),
    })),
    touches: touches.map((touch: CaseTouch) => ({ ...touch, at: at(touch.at), note: openOf(vault, touch.note) })),
    promise:
      promise === null
        ? null
        : {
            ...{ at: at(promise.at), recordedAt: at(promise.recorded_at), by: promise.by, reason: promise.reason },
            state: promise.state,
          },
  };
}
