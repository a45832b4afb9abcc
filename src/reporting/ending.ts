/** The result of an order, in one sentence at the end of its story. */
import type { StoredStory } from "../db/stores/reads/explain-store.ts";
import type { StoryEnding, StoryReminder } from "./story.ts";
import { latencyText } from "./words.ts";

type Facts = Pick<StoredStory, "order" | "recovery"> & {
  readonly reminders: readonly Pick<StoryReminder, "id" | "step" | "state" | "namesOrder" | "decidedAt">[];
  readonly money: (minor: number, currency: string) => string;
};

export function endingOf({ order, recovery, reminders, money }: Facts): StoryEnding {
  if (order.refunded_at !== null) return { code: "refunded", text: "Paid and refunded: no recovery." };
  if (recovery !== null) {
    const credited = reminders.find(({ id }) => id === recovery.reminder_id)?.step ?? "the reminder";
    const after = latencyText(recovery.paid_at - recovery.reminded_at);
    const amount = `${money(recovery.amount, recovery.currency)} ${recovery.currency}`;
    return { code: "recovered", text: `Recovered: ${amount} paid ${after} after ${credited}` };
  }
  if (order.paid_at !== null) return { code: "paid_unaided", text: unaided(order.paid_at, reminders) };
  const isClosed = order.status === "closed" || (order.closes_at !== null && order.closes_at <= order.now);
  const { amount, currency } = order;
  // The amount is what is owed.
  const isPart = (order.parts?.paidPart ?? 0) > 0 && amount !== null && currency !== null;
  const rest = isPart
    ? `: paid in part, ${money(amount, currency)} ${currency} ${isClosed ? "were" : "are"} still owed`
    : "";
  return isClosed
    ? { code: "closed_unpaid", text: `Closed unpaid${rest}.` }
    : { code: "not_paid", text: `Not paid yet${rest}.` };
}

function unaided(paidAt: number, reminders: Facts["reminders"]): string {
  const before = reminders.filter(
    ({ state, namesOrder, decidedAt }) => state === "sent" && namesOrder && decidedAt !== null && decidedAt <= paidAt,
  );
  const last = Math.max(...before.map(({ decidedAt }) => decidedAt ?? 0));
  const why =
    before.length === 0
      ? "none was sent before the payment"
      : `the last one was sent ${latencyText(paidAt - last)} before the payment, too long to be credited`;
  return `Paid, but not because of a reminder: ${why}.`;
}
