/** How a reminder goes on after an attempt that turned out not to have reached the buyer. */
import { type BuyerState, usableChannel } from "../core/rules/buyer-state.ts";
import { usefulUntil, whyNoContact, whyTooLate } from "../core/rules/judge.ts";
import { setContact } from "../core/rules/merge.ts";
import { channelsFrom } from "../core/seams/channel-order.ts";
import type { Reason } from "../core/values/reason.ts";
import type { BuyerContact, ReminderTurn, TurningRow } from "../db/stores/receipts/turn-store.ts";
import type { ReceiptDeps } from "./deps.ts";

type FailureDeps = Pick<ReceiptDeps, "policy" | "channels">;

type Next = { readonly channel: string } | { readonly channel: null; readonly reason: Reason };

/**
 * `refused`: the channel will not bring it to the buyer, so the next one is tried. `absent`: the provider never got it, so the same channel may
 * bring it. null: the reminder is on its way over another channel, or ended for another reason.
 */
export function afterFailure(
  deps: FailureDeps,
  row: TurningRow,
  contacts: readonly BuyerContact[],
  failure: "refused" | "absent",
): ReminderTurn | null {
  const stood = row.reminder_state === "sent" || (row.reminder_state === "skipped" && row.reason === "unknown_outcome");
  const waited = row.reminder_state === "sending" && (!row.waits || row.retry_channel === row.channel);
  if (row.other_stands || !(stood || waited)) return null;
  const base = { shop: row.shop, id: row.reminder_id };
  const next = nextChannel(deps, row, contacts, failure);
  if (next.channel !== null)
    return { ...base, state: "sending", reason: null, retryAt: row.now, retryChannel: next.channel };
  const reason = failure === "refused" ? "rejected_by_provider" : next.reason;
  return { ...base, state: "skipped", reason, retryAt: null, retryChannel: null };
}

/** The channel that can reach the buyer, while the reminder is of use; the retry is judged again when it is claimed. */
function nextChannel(
  deps: FailureDeps,
  row: TurningRow,
  contacts: readonly BuyerContact[],
  failure: "refused" | "absent",
): Next {
  const policy = deps.policy();
  const campaign = policy.campaigns.find(({ key }) => key === row.campaign);
  const step = campaign?.steps.find(({ id }) => id === row.step);
  if (campaign === undefined || step === undefined) return { channel: null, reason: "no_campaign" };
  if (row.now > usefulUntil(campaign, { at: row.due_at, latest: row.latest }))
    return { channel: null, reason: whyTooLate(row.latest, row.now) };
  const state: Pick<BuyerState, "contacts"> = { contacts: new Map() };
  for (const { shop_id, buyer_id, kind, suppressed, told_at: reportedAt, told_id: reportedId } of contacts)
    if (shop_id === row.shop && buyer_id === row.buyer_id)
      setContact(state, kind, { suppressed, reportedAt, reportedId });
  const order = channelsFrom(deps.channels, step, row.channel);
  const usable = usableChannel({ ...step, channels: failure === "absent" ? order : order.slice(1) }, state, policy);
  return usable.channel === null ? { channel: null, reason: whyNoContact(usable.why) } : usable;
}
