/**
 * Writes what the answers of a provider mean. Nothing is written unless the lease still holds, and nothing once a receipt or the sender itself
 * settled the outcome: then asking only ends.
 */
import type { AfterAnswer, LookupEnd, WhyUnknown } from "../core/receipts/lookup.ts";
import type { Receipt } from "../core/seams/receipt.ts";
import type { Key } from "../db/keys.ts";
import { changeCredited } from "../db/stores/buyers/attribution-store.ts";
import { planAnewWithout } from "../db/stores/dispatch/due-store.ts";
import { keepMessageIds } from "../db/stores/receipts/kept-store.ts";
import {
  type EndWrite,
  endLookups,
  type LookupRow,
  noteEnds,
  writeNotSent,
} from "../db/stores/receipts/lookup-store.ts";
import { loadContacts, loadTurning, turnReminders } from "../db/stores/receipts/turn-store.ts";
import { afterFailure } from "./after-failure.ts";
import type { ReceiptDeps } from "./deps.ts";
import type { Receiver } from "./receiver.ts";

export type Ended = { readonly row: LookupRow; readonly after: Exclude<AfterAnswer, { kind: "again" }> };
type EndDeps = ReceiptDeps & Pick<Receiver, "submit">;

/** Returns how many deliveries got an outcome. */
export function writeEnds(deps: EndDeps, token: string, { row, after }: Ended): Promise<number> {
  if (after.kind === "found") return writeFound(deps, token, row, after.receipt);
  return after.kind === "absent" ? writeAbsent(deps, token, row) : giveUp(deps, token, row, after.why);
}

/** Whether the provider says that the message will not arrive. */
export const isFailure = ({ kind, definite }: Receipt): boolean => kind === "failed" && definite;

const endOf = (row: LookupRow, end: LookupEnd["end"], rest: Partial<EndWrite & LookupEnd> = {}): EndWrite => ({
  ...keyOf(row),
  lookup: { end, asked: row.asked + 1, at: row.now, ...(rest.why === undefined ? {} : { why: rest.why }) },
  messageId: rest.messageId ?? null,
});

/** The answer is a receipt like any other. After a crash before the last statement the question is asked again, which then only ends. */
async function writeFound(deps: EndDeps, token: string, row: LookupRow, receipt: Receipt): Promise<number> {
  const { messageId } = receipt;
  const end = isFailure(receipt) ? "failed" : "accepted";
  const [noted] = await noteEnds(deps.sql, token, [endOf(row, end, { messageId })]);
  if (noted !== undefined) {
    const { shop, channel, id: deliveryId } = row;
    if (messageId !== null) await keepMessageIds(deps.sql, [{ shop, channel, messageId, deliveryId }]);
    await deps.submit(channel, [{ ...receipt, deliveryId, messageId: null }]);
  }
  await endLookups(deps.sql, token, [keyOf(row)]);
  return noted === undefined ? 0 : 1;
}

function writeAbsent(deps: EndDeps, token: string, row: LookupRow): Promise<number> {
  return changeCredited(deps.sql, [{ shop: row.shop, id: row.reminder_id }], async (tx) => {
    const held = await endLookups(tx, token, [keyOf(row)]);
    const [turning] = await loadTurning(tx, held);
    if (turning?.state !== "unknown") return 0;
    const contacts = await loadContacts(tx, [{ shop: row.shop, id: turning.buyer_id }]);
    const turn = afterFailure(deps, turning, contacts, "absent");
    await Promise.all([
      writeNotSent(tx, [endOf(row, "absent")]).execute(),
      turn === null ? null : turnReminders(tx, [turn]).execute(),
      turn === null ? null : planAnewWithout(tx, [{ shop: turn.shop, reminderId: turn.id }]).execute(),
    ]);
    return 1;
  });
}

/** The outcome stays unknown, and why is kept. */
async function giveUp(deps: EndDeps, token: string, row: LookupRow, why: WhyUnknown): Promise<number> {
  await noteEnds(deps.sql, token, [endOf(row, "unknown", { why })]);
  await endLookups(deps.sql, token, [keyOf(row)]);
  return 0;
}

const keyOf = ({ shop, id }: Key): Key => ({ shop, id });
