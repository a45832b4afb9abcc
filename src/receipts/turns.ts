/**
 * Receipts that change what becomes of a reminder (docs/rules.md, rule 14): a message that will not arrive goes to the next channel while it is of
 * use, one whose outcome nobody knew was sent after all. Under the lock of the buyer, like every outcome.
 */
import { addReceipt, effectOf } from "../core/receipts/facts.ts";
import type { Receipt } from "../core/seams/receipt.ts";
import type { Sql } from "../db/client.ts";
import { type Key, shopKey } from "../db/keys.ts";
import { changeCredited } from "../db/stores/buyers/attribution-store.ts";
import { addTallies, type TallyWrite } from "../db/stores/buyers/write/tallies.ts";
import { planAnewWithout } from "../db/stores/dispatch/due-store.ts";
import { dropReceipts } from "../db/stores/receipts/kept-store.ts";
import { type FactsWrite, writeFacts } from "../db/stores/receipts/match-store.ts";
import {
  loadContacts,
  loadTurning,
  type ReminderTurn,
  type TurningRow,
  turnReminders,
} from "../db/stores/receipts/turn-store.ts";
import { afterFailure } from "./after-failure.ts";
import type { ReceiptDeps } from "./deps.ts";
import { factsWrite } from "./facts-write.ts";

/** A delivery with receipts that turn it. `kept`: their ids in `kept_receipts`, from where they go once they are applied. */
export type Turn = Key & {
  readonly reminder_id: string;
  readonly receipts: readonly Receipt[];
  readonly kept: readonly string[];
};

export async function applyTurns(deps: ReceiptDeps, turns: readonly Turn[]): Promise<void> {
  if (turns.length === 0) return;
  const reminders = turns.map(({ shop, reminder_id: id }) => ({ shop, id }));
  await changeCredited(deps.sql, reminders, (tx) => turnAll(deps, tx, turns));
}

async function turnAll(deps: ReceiptDeps, tx: Sql, turns: readonly Turn[]): Promise<void> {
  const rows = new Map((await loadTurning(tx, turns)).map((row) => [shopKey(row.shop, row.id), row]));
  const buyers = [...rows.values()].map(({ shop, buyer_id: id }) => ({ shop, id }));
  const contacts = await loadContacts(tx, buyers);
  const deliveries: FactsWrite[] = [];
  const reminders: ReminderTurn[] = [];
  const failures: TallyWrite[] = [];
  const failed: { shop: string; reminderId: string }[] = [];
  for (const turn of turns) {
    const row = rows.get(shopKey(turn.shop, turn.id));
    if (row === undefined) continue;
    const facts = turn.receipts.reduce((sum, receipt) => addReceipt(sum, receipt, row.now), row.facts ?? {});
    const effect = effectOf(row.state, facts);
    const isSent = effect === "sent" && !row.other_stands;
    const state = effect === "failed" ? "failed-permanent" : isSent ? "accepted" : null;
    deliveries.push(factsWrite(deps, turn, { facts, channel: row.channel }, state));
    if (effect === "failed") failures.push(...talliesOf(row, turn));
    const after = isSent ? sent(row) : effect === "failed" ? afterFailure(deps, row, contacts, "refused") : null;
    if (after === null) continue;
    reminders.push(after);
    if (effect === "failed") failed.push({ shop: row.shop, reminderId: row.reminder_id });
  }
  await Promise.all([
    deliveries.length === 0 ? null : writeFacts(tx, deliveries).execute(),
    reminders.length === 0 ? null : turnReminders(tx, reminders).execute(),
    failures.length === 0 ? null : addTallies(tx, failures).execute(),
    failed.length === 0 ? null : planAnewWithout(tx, failed).execute(),
    dropReceipts(
      tx,
      turns.flatMap(({ kept }) => kept),
    ),
  ]);
}

/** The send was counted when it was accepted. */
function talliesOf({ channel, campaign, claimed_at: at }: TurningRow, { receipts }: Turn): TallyWrite[] {
  const invalid = receipts.some(({ wish }) => wish === "invalid") ? 1 : 0;
  const counts = { at, sends: 0, rejected: 1, invalid, optOuts: 0 };
  return [
    { kind: "channel", name: channel, ...counts },
    ...(campaign === null ? [] : [{ kind: "campaign" as const, name: campaign, ...counts }]),
  ];
}

/** A reminder that ended otherwise, because its outcome was not known or a receipt said that it failed, was sent. */
function sent(row: TurningRow): ReminderTurn | null {
  if (row.reminder_state === "planned") return null;
  return { shop: row.shop, id: row.reminder_id, state: "sent", reason: null, retryAt: null, retryChannel: null };
}
