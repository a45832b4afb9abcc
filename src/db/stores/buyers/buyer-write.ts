/**
 * Writes back what became of loaded buyers: one statement for each kind of write, however many buyers. Runs in the transaction that holds
 * their locks.
 */
import type { Sql } from "../../client.ts";
import { newId } from "../../ids.ts";
import type { LoadedBuyer } from "./loaded-buyer.ts";
import { updateBuyers, wakeBuyers } from "./write/buyers.ts";
import { insertCases, updateCases } from "./write/cases.ts";
import { type BuyerChange, changesOf } from "./write/changes.ts";
import { insertDeliveries } from "./write/deliveries.ts";
import { insertDeskArms } from "./write/desk-arms.ts";
import { insertExposures } from "./write/exposures.ts";
import { insertOrders, moveOrders, updateOrders } from "./write/orders.ts";
import type { Claim, IsTask } from "./write/reminder-changes.ts";
import { decideReminders, deletePlanned, insertReminders, updateReminders } from "./write/reminders.ts";

type ClaimTerms = {
  /** From the database's now. */
  readonly leaseMs: number;
  /** The hash of the contact that is kept with the claim. */
  readonly hashOf: (buyer: LoadedBuyer, channel: string | null) => Buffer | null;
  readonly messageOf: (channel: string | null) => Buffer | null;
  /** The delivery of such a claim is written by the caller. */
  readonly isTask: IsTask;
};

const NO_CLAIMS: ClaimTerms = { leaseMs: 0, hashOf: () => null, messageOf: () => null, isTask: () => false };

/** Returns the claims in the order of the decisions. Without `terms` there are none. */
export async function writeBuyers(
  sql: Sql,
  changes: readonly BuyerChange[],
  now: number,
  { leaseMs, hashOf, messageOf, isTask }: ClaimTerms = NO_CLAIMS,
): Promise<readonly Claim[]> {
  const { buyers, orders, cases, reminders, exposures, deskArms } = changesOf(changes, now, newId, isTask);
  const messages = reminders.claims.filter(({ decision }) => !isTask(decision.channel));
  const attempts = messages.map(({ shop, buyer, deliveryId, reminderId, decision }) => ({
    shop,
    id: deliveryId,
    reminderId,
    channel: decision.channel,
    attempt: 1,
    campaignVersion: decision.campaign?.version ?? null,
    variant: decision.variant,
    toHash: hashOf(buyer, decision.channel),
    message: messageOf(decision.channel),
  }));
  // One connection runs them in this order. A row that ends goes before one that begins: unique indexes allow a buyer one open case, and
  // a case one planned row for each step.
  await Promise.all(
    [
      wakeBuyers(sql, buyers.woken),
      updateBuyers(sql, buyers.updated),
      insertOrders(sql, orders.inserted, now),
      updateOrders(sql, orders.updated),
      moveOrders(sql, orders.moved),
      updateCases(sql, cases.updated),
      insertCases(sql, cases.inserted),
      decideReminders(sql, reminders.decided),
      updateReminders(sql, reminders.updated),
      deletePlanned(sql, reminders.deleted),
      insertReminders(sql, reminders.inserted),
      insertExposures(sql, exposures),
      insertDeskArms(sql, deskArms),
      insertDeliveries(sql, attempts, now, leaseMs),
    ].map((query) => query?.execute()),
  );
  return reminders.claims;
}
