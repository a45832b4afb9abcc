/**
 * Receipts that change what becomes of a reminder (docs/rules.md, rule 14): a message that will not arrive goes to the next channel while it is of
 * use, one whose outcome nobody knew was sent after all. Under the lock of the buyer, like every outcome.
 */
import { addReceipt, effectOf } from "../core/receipts/facts.ts";
import { type BuyerState, usableChannel } from "../core/rules/buyer-state.ts";
import { usefulUntil } from "../core/rules/judge.ts";
import { setContact } from "../core/rules/merge.ts";
import { channelsFrom } from "../core/seams/channel-order.ts";
import type { Receipt } from "../core/seams/receipt.ts";
import type { Sql } from "../db/client.ts";
import { type Key, shopKey } from "../db/keys.ts";
import { changeCredited } from "../db/stores/buyers/attribution-store.ts";
import { planAnewWithout } from "../db/stores/dispatch/due-store.ts";
import { dropReceipts } from "../db/stores/receipts/kept-store.ts";
import { type FactsWrite, writeFacts } from "../db/stores/receipts/match-store.ts";
import {
  type BuyerContact,
  loadContacts,
  loadTurning,
  type ReminderTurn,
  type TurningRow,
  turnReminders,
} from "../db/stores/receipts/turn-store.ts";
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
  const failed: { shop: string; reminderId: string }[] = [];
  for (const turn of turns) {
    const row = rows.get(shopKey(turn.shop, turn.id));
    if (row === undefined) continue;
    const facts = turn.receipts.reduce((sum, receipt) => addReceipt(sum, receipt, row.now), row.facts ?? {});
    const effect = effectOf(row.state, facts);
    const isSent = effect === "sent" && !row.other_stands;
    const state = effect === "failed" ? "failed-permanent" : isSent ? "accepted" : null;
    deliveries.push(factsWrite(deps, turn, { facts, channel: row.channel }, state));
    const after = isSent ? sent(row) : effect === "failed" ? afterFailure(deps, row, contacts) : null;
    if (after === null) continue;
    reminders.push(after);
    if (effect === "failed") failed.push({ shop: row.shop, reminderId: row.reminder_id });
  }
  await Promise.all([
    deliveries.length === 0 ? null : writeFacts(tx, deliveries).execute(),
    reminders.length === 0 ? null : turnReminders(tx, reminders).execute(),
    failed.length === 0 ? null : planAnewWithout(tx, failed).execute(),
    dropReceipts(
      tx,
      turns.flatMap(({ kept }) => kept),
    ),
  ]);
}

/** A reminder that ended otherwise, because its outcome was not known or a receipt said that it failed, was sent. */
function sent(row: TurningRow): ReminderTurn | null {
  if (row.reminder_state === "planned") return null;
  return { shop: row.shop, id: row.reminder_id, state: "sent", reason: null, retryAt: null, retryChannel: null };
}

/** null: the reminder is on its way over another channel, or ended for another reason. */
function afterFailure(deps: ReceiptDeps, row: TurningRow, contacts: readonly BuyerContact[]): ReminderTurn | null {
  const stood = row.reminder_state === "sent" || (row.reminder_state === "skipped" && row.reason === "unknown_outcome");
  const waited = row.reminder_state === "sending" && (!row.waits || row.retry_channel === row.channel);
  if (row.other_stands || !(stood || waited)) return null;
  const base = { shop: row.shop, id: row.reminder_id };
  const next = nextChannel(deps, row, contacts);
  return next === null
    ? { ...base, state: "skipped", reason: "rejected_by_provider", retryAt: null, retryChannel: null }
    : { ...base, state: "sending", reason: null, retryAt: row.now, retryChannel: next };
}

/** The next channel that can reach the buyer, while the reminder is of use; the retry is judged again when it is claimed. */
function nextChannel(deps: ReceiptDeps, row: TurningRow, contacts: readonly BuyerContact[]): string | null {
  const policy = deps.policy();
  const campaign = policy.campaigns.find(({ key }) => key === row.campaign);
  const step = campaign?.steps.find(({ id }) => id === row.step);
  if (campaign === undefined || step === undefined) return null;
  if (row.now > usefulUntil(campaign, { at: row.due_at, latest: row.latest })) return null;
  const state: Pick<BuyerState, "contacts"> = { contacts: new Map() };
  for (const { shop_id, buyer_id, kind, suppressed, told_at: reportedAt, told_id: reportedId } of contacts)
    if (shop_id === row.shop && buyer_id === row.buyer_id)
      setContact(state, kind, { suppressed, reportedAt, reportedId });
  const channels = channelsFrom(deps.channels, step, row.channel).slice(1);
  return usableChannel({ ...step, channels }, state, policy).channel;
}
