/**
 * The sum of the receipts of a delivery. Receipts come twice, late and in any order: the sum is the same, since it is built from the
 * earliest delivery, the surest failure and the latest bill. Pure; instants are epoch ms.
 */
import type { Receipt } from "../seams/receipt.ts";

/** Stored as JSON beside the delivery. */
export type ReceiptFacts = {
  /** The provider accepted the message. */
  readonly sent?: true;
  readonly deliveredAt?: number;
  readonly failed?: { readonly definite: boolean; readonly at: number; readonly code: string | null };
  readonly segments?: { readonly at: number; readonly count: number };
  readonly cost?: { readonly at: number; readonly micros: number; readonly currency: string };
};

/** The facts with one more receipt. `now` stands for a time that the provider did not report. */
export function addReceipt(facts: ReceiptFacts, receipt: Receipt, now: number): ReceiptFacts {
  const at = Math.min(receipt.at ?? now, now);
  const sum: { -readonly [K in keyof ReceiptFacts]: ReceiptFacts[K] } = { ...facts };
  if (receipt.kind !== "reply") sum.sent = true;
  if (receipt.kind === "delivered") sum.deliveredAt = Math.min(facts.deliveredAt ?? at, at);
  if (receipt.kind === "failed") {
    const { definite, code } = receipt;
    const failed = { definite, at, code };
    if (facts.failed === undefined || isSurer(failed, facts.failed)) sum.failed = failed;
  }
  const { segments, cost } = receipt;
  if (segments !== null && isLater([at, segments], [facts.segments?.at, facts.segments?.count]))
    sum.segments = { at, count: segments };
  if (
    cost !== null &&
    isLater([at, cost.micros, cost.currency], [facts.cost?.at, facts.cost?.micros, facts.cost?.currency])
  )
    sum.cost = { at, ...cost };
  return sum;
}

type Failed = NonNullable<ReceiptFacts["failed"]>;

function isSurer(a: Failed, b: Failed): boolean {
  if (a.definite !== b.definite) return a.definite;
  return isLater([b.at, b.code ?? ""], [a.at, a.code ?? ""]);
}

/** Compares value by value; an absent one is the earliest. */
function isLater(a: readonly (number | string)[], b: readonly (number | string | undefined)[]): boolean {
  for (const [index, value] of a.entries()) {
    const other = b[index];
    if (other === undefined || value > other) return true;
    if (value < other) return false;
  }
  return false;
}

export type DeliveryState = "claimed" | "accepted" | "failed-permanent" | "failed-transient" | "unknown";

/**
 * - `wait`: its answer is not recorded yet; the receipt is applied after it.
 * - `note`: its state stays.
 * - `sent`: the buyer got it, or the provider has it, whatever the answer said.
 * - `failed`: it will not arrive.
 */
export type Effect = "wait" | "note" | "sent" | "failed";

/** The effect of the facts on a delivery in this state. A delivery that reached the buyer outdoes a failure. */
export function effectOf(state: DeliveryState, { sent, deliveredAt, failed }: ReceiptFacts): Effect {
  if (state === "claimed") return "wait";
  const isGone = deliveredAt === undefined && failed?.definite === true;
  if (isGone) return state === "failed-permanent" ? "note" : "failed";
  if (state === "accepted" || sent !== true) return "note";
  // A failure that is no receipt's stands, unless the buyer got the message all the same.
  return deliveredAt !== undefined || state === "unknown" ? "sent" : "note";
}
