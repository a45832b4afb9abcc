/**
 * Bugs as people make them, to show that the simulation finds them. Each is an edit of one text of the source, which must be there exactly once. It is
 * made while the source is bundled (bundle.ts), never in the files.
 */
import type { Invariant } from "./checks/invariants.ts";

export type Planted = {
  readonly bug: string;
  /** Below `src`. */
  readonly file: string;
  readonly find: string;
  readonly plant: string;
  /** One of these finds it. */
  readonly caughtBy: readonly Invariant[];
};

export const PLANTED: readonly Planted[] = [
  {
    bug: "events are folded as they come",
    file: "core/order/order.ts",
    find: "events.length > 1 ? [...events].sort(compareEvents) : events",
    plant: "events",
    caughtBy: ["order"],
  },
  {
    bug: "an older close replaces a newer one",
    file: "core/order/order.ts",
    find: "fields.closesAt = payload.closesAt ?? fields.closesAt;",
    plant: "fields.closesAt = fields.closesAt ?? payload.closesAt;",
    caughtBy: ["order"],
  },
  {
    bug: "a refunded payment still silences",
    file: "core/order/order.ts",
    find: "return order.cashOnDelivery || order.refundedAt !== null ? null : order.paidAt;",
    plant: "return order.cashOnDelivery ? null : order.paidAt;",
    caughtBy: ["reason"],
  },
  {
    bug: "the silence after a payment lasts a moment too long",
    file: "core/rules/judge.ts",
    find: "return at < paidAt + campaign.paidSilence ?",
    plant: "return at <= paidAt + campaign.paidSilence ?",
    caughtBy: ["reason"],
  },
  {
    bug: "a retry does not ask whether its orders are paid or closed",
    file: "core/rules/retry.ts",
    find: "order !== undefined && order.chaseFrom !== null && overState(order) === null;",
    plant: "order !== undefined && order.chaseFrom !== null;",
    caughtBy: ["silence", "close"],
  },
  {
    bug: "a retry goes out after a later reminder",
    file: "core/rules/retry.ts",
    find: "send.caseId === retry.caseId && send.dueAt > retry.at",
    plant: "send.caseId === retry.caseId && send.dueAt < retry.at",
    caughtBy: ["limits"],
  },
  {
    bug: "an unknown outcome counts as a failure",
    file: "core/rules/retry.ts",
    find: 'return { state: "unknown", ...rest };',
    plant: 'return { state: "failed-transient", ...goesOn(0, input.channel) };',
    caughtBy: ["twice"],
  },
  {
    bug: "the gap between two reminders is not kept",
    file: "core/rules/judge.ts",
    find: "if (at >= free) return null;",
    plant: "if (at >= last) return null;",
    caughtBy: ["limits"],
  },
  {
    bug: "the cap counts half its time",
    file: "core/rules/judge.ts",
    find: "if (send.at > at - per && send.at <= at) recent++;",
    plant: "if (send.at > at - per / 2 && send.at <= at) recent++;",
    caughtBy: ["limits"],
  },
  {
    bug: "the cap lets one more through",
    file: "core/rules/judge.ts",
    find: "return recent >= max ?",
    plant: "return recent > max ?",
    caughtBy: ["limits"],
  },
  {
    bug: "a late send does not ask for quiet hours again",
    file: "core/rules/judge.ts",
    find: "const wait = (now > send.at ? keepQuiet(facts, moved) : null) ?? keepPromise(facts, moved);",
    plant: "const wait = keepPromise(facts, moved);",
    caughtBy: ["quiet"],
  },
  {
    bug: "quiet hours end at midnight",
    file: "core/rules/quiet.ts",
    find: "clock >= quiet.from || clock < quiet.to;",
    plant: "clock >= quiet.from;",
    caughtBy: ["quiet"],
  },
  {
    bug: "quiet hours are those of the shop's zone",
    file: "core/rules/buyer-state.ts",
    find: "zone: state.zone ?? state.shop.timeZone,",
    plant: "zone: state.shop.timeZone,",
    caughtBy: ["quiet", "reason"],
  },
  {
    bug: "the holdout is inverted",
    file: "core/rules/arms.ts",
    find: 'share("holdout", campaign.key, shop, bucket) < campaign.holdout',
    plant: 'share("holdout", campaign.key, shop, bucket) >= campaign.holdout',
    caughtBy: ["alone", "reason"],
  },
  {
    bug: "a claim is sent after its lease",
    file: "core/rules/decide.ts",
    find: "return askedAt + Math.min(leaseMs - timeoutMs, leaveBy - claimedAt);",
    plant: "return askedAt + (leaveBy - claimedAt);",
    caughtBy: ["twice"],
  },
  {
    bug: "a claim is sent after its last useful moment",
    file: "core/rules/decide.ts",
    find: "return askedAt + Math.min(leaseMs - timeoutMs, leaveBy - claimedAt);",
    plant: "return askedAt + (leaseMs - timeoutMs);",
    caughtBy: ["close"],
  },
  {
    bug: "a late worker decides as of the planned time",
    file: "core/rules/decide.ts",
    find: "return late > 0 && late <= tolerated(policy, open.campaign) ? dueAt : now;",
    plant: "return late > 0 ? dueAt : now;",
    caughtBy: ["quiet", "close", "limits", "silence", "alone"],
  },
  {
    bug: "orders are named that close too soon",
    file: "core/rules/decide.ts",
    find: "closesAt === null ? null : closesAt - campaign.minLead);",
    plant: "closesAt === null ? null : closesAt + campaign.minLead);",
    caughtBy: ["close"],
  },
  {
    bug: "a contact that opted out is used",
    file: "core/rules/buyer-state.ts",
    find: "if (!contact.suppressed) return { kind };",
    plant: "return { kind };",
    caughtBy: ["alone"],
  },
  {
    bug: "a promise to pay is ignored",
    file: "core/rules/buyer-state.ts",
    find: "promisedAt: state.open?.promise?.at ?? null,",
    plant: "promisedAt: null,",
    caughtBy: ["alone"],
  },
  {
    bug: "a paused campaign sends",
    file: "core/rules/buyer-state.ts",
    find: "if (campaign.paused === true || shop.paused === true) return true;",
    plant: "if (shop.paused === true) return true;",
    caughtBy: ["alone"],
  },
  {
    bug: "a case becomes a person's again after it was handed back",
    file: "core/desk/persons.ts",
    find: "if (known?.isBack === true || (known === null && applies === null)) return known;",
    plant:
      "if (known === null && applies === null) return known; if (known?.isBack) return now > known.backAt + 60_000 ? null : known;",
    caughtBy: ["alone"],
  },
  {
    bug: "nobody wakes to hand a case back",
    file: "core/rules/buyer.ts",
    find: "if (open !== null) wake = Math.min(wake, handBackAt(open) ?? wake);",
    plant: "",
    caughtBy: ["prompt"],
  },
  {
    bug: "nobody wakes for a close",
    file: "core/rules/buyer.ts",
    find: "wake = Math.min(wake, order.closesAt ?? wake);",
    plant: "continue;",
    caughtBy: ["prompt"],
  },
  {
    bug: "a send leaves the earlier steps owed",
    file: "core/rules/settle.ts",
    find: "campaign.steps.slice(0, row.index)",
    plant: "[]",
    caughtBy: ["limits"],
  },
  {
    bug: "an amount must exceed the least of a person's case",
    file: "core/rules/match.ts",
    find: ">= Number(least)) return true;",
    plant: "> Number(least)) return true;",
    caughtBy: ["alone"],
  },
  {
    bug: "a retry goes out while somebody has the case",
    file: "core/rules/retry.ts",
    find: "if (state.open?.id === retry.caseId && isPersons(state.open))",
    plant: "if (state.open?.id !== retry.caseId && isPersons(state.open))",
    caughtBy: ["alone"],
  },
  {
    bug: "one answer that a message is not there is enough",
    file: "core/receipts/lookup.ts",
    find: "return now - since >= BETWEEN ?",
    plant: "return now >= since ?",
    caughtBy: ["twice", "sums"],
  },
  {
    bug: "a paused payment method holds nothing",
    file: "core/rules/buyer-state.ts",
    find: "const methods = shop.pausedMethods;",
    plant: "const methods = campaign.paused ? shop.pausedMethods : undefined;",
    caughtBy: ["alone"],
  },
  {
    bug: "a merged buyer loses its orders",
    file: "core/rules/merge.ts",
    find: "for (const [id, tracked] of loser.orders) winner.orders.set(id, tracked);",
    plant: "",
    caughtBy: ["lost"],
  },
];
