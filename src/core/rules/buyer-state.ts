/** The state of one buyer of one shop: the facts, the plan and the decisions. Also the facts that the rules read from it. Instants are epoch ms. */

import type { Hold, PersonsCase } from "../desk/persons.ts";
import { type Order, silencingPayment } from "../order/order.ts";
import type { Campaign, ChannelContacts, ContactKind, QuietHours, ShopPolicy, Step } from "../values/policy.ts";
import type { Reason } from "../values/reason.ts";
import type { PastSend, SendFacts, UsableChannel } from "./judge.ts";
import type { PlannedRow } from "./plan.ts";

export type TrackedOrder = {
  order: Order;
  /** When it was first reported with all that a reminder needs; null: not yet. */
  reportedAt: number | null;
  /** `campaign/step` → own time when settled (rule 12). */
  settled: Record<string, number>;
};

export type PaymentPromise = {
  /** When the buyer will pay. */
  readonly at: number;
  /** When it was recorded: the later of two holds. */
  readonly recordedAt: number;
  /** Its time has come. */
  readonly isOver?: true;
};

export type OpenCase = {
  readonly id: string;
  readonly openedAt: number;
  campaign: Campaign | null;
  /** Ids of the orders of the case, and of those that count under its campaign. */
  members: string[];
  counted: string[];
  rows: PlannedRow[];
  hadPlan: boolean;
  manual: PersonsCase | null;
  /** When it would have become a person's, and was kept from people by `manual.holdout`. Absent or null: it was not. */
  keptAt?: number | null;
  /** null: nobody ever had it. */
  hold: Hold | null;
  promise: PaymentPromise | null;
  /** Why orders left the case at the last instant at which one left. */
  departures: { readonly at: number; readonly reasons: readonly Reason[] } | null;
  /** Stands for the case as long as it never had a plan. */
  whole: { readonly reason: Reason; readonly at: number } | null;
};

export type BuyerSend = PastSend & {
  readonly caseId: string;
  readonly orders: readonly string[];
  /** Its time in the plan by which it was decided. */
  readonly dueAt: number;
  /** Its last attempt failed and it awaits a retry. Until then other sends keep no distance to it, and the cap does not count it. */
  readonly failed?: boolean;
};

export type Contact = { readonly suppressed: boolean; readonly reportedAt: number; readonly reportedId: string };

export type BuyerState = {
  readonly shop: ShopPolicy;
  /** hash32 of the identity first reported: decides holdout and variant. */
  readonly bucket: number;
  zone: string | null;
  tier: string | null;
  /** The last reported contact of each kind: `phone`, `chat.<kind>`. */
  contacts: Map<string, Contact>;
  orders: Map<string, TrackedOrder>;
  /** The latest silencing payment among orders that are not in `orders`. */
  otherPaidAt: number | null;
  /** Those of a holdout, which were skipped as `holdout`, are among them (rule 15). */
  sends: BuyerSend[];
  /** Campaign → the variant that the buyer was last sent under an earlier version of it. */
  readonly treated: Map<string, string>;
  /** The channels on which its address has got its most for now, with their fallbacks (core/limits/caps.ts); null: none. Known while sends are decided. */
  capped: ReadonlyMap<string, string | null> | null;
  open: OpenCase | null;
};

/** A row that was decided for good. `step` null: it stands for the whole case. */
export type Decision = {
  readonly caseId: string;
  readonly at: number;
  readonly campaign: Campaign | null;
  readonly step: string | null;
  readonly variant: string | null;
  readonly kind: "send" | "skip";
  readonly reason: Reason | null;
  readonly orders: readonly string[];
  readonly channel: string | null;
  readonly row: PlannedRow | null;
  /**
   * The first send of the case under its campaign, or a holdout in its place: the orders that could still be paid in time. From here on the effect of
   * the reminders is measured, in both arms alike.
   */
  readonly stake?: readonly string[];
};

/** The sends that stand: claimed, accepted or of unknown outcome. */
export function standingSends({ sends }: BuyerState): readonly BuyerSend[] {
  return sends.some(({ failed }) => failed === true) ? sends.filter(({ failed }) => failed !== true) : sends;
}

export type BuyerPolicy = {
  /** Sorted by byPriority. */
  readonly campaigns: readonly Campaign[];
  readonly channels: ChannelContacts;
  /** Set by an operator: sends that take one of these channels wait (core/rules/pause.ts). Absent: none. */
  readonly pausedChannels?: ReadonlySet<string>;
  /** Those of them that are at fault themselves, with their fallbacks: sends take the next channel, or wait without one. Absent: none. */
  readonly faultyChannels?: ReadonlyMap<string, string | null>;
  /** Ids of new cases. */
  readonly newId: () => string;
  /** A live worker takes rows up some moments late. So many ms do not count as late. Absent (a rehearsal): 0. */
  readonly takeUp?: number;
  /** The store lost what was committed until then, epoch ms: a send that was due by then may have gone out. Absent or null: it lost nothing. */
  readonly lostUntil?: number | null;
  /** The revision of the database's campaigns that these are. Absent: they are not from the database (a rehearsal, a test). */
  readonly revision?: number;
};

export function newBuyer(shop: ShopPolicy, bucket: number): BuyerState {
  return {
    shop,
    bucket,
    zone: null,
    tier: null,
    contacts: new Map(),
    orders: new Map(),
    otherPaidAt: null,
    sends: [],
    treated: new Map(),
    capped: null,
    open: null,
  };
}

/** The buyer's facts for the rules of sending. */
export function sendFacts(state: BuyerState, campaign: Campaign): SendFacts {
  return {
    campaign,
    paused: isPaused(state, campaign),
    quiet: quietHoursOf(campaign, state),
    zone: state.zone ?? state.shop.timeZone,
    paidAt: paidAt(state),
    sends: standingSends(state),
    promisedAt: state.open?.promise?.at ?? null,
  };
}

/** Whether sends of the campaign for these orders wait: it, its shop or the payment method of one is paused. Absent: those that count now. */
export function isPaused(
  { shop, orders, open }: BuyerState,
  campaign: Campaign | null,
  named: readonly string[] = open?.counted ?? [],
): boolean {
  if (campaign === null) return false;
  if (campaign.paused === true || shop.paused === true) return true;
  const methods = shop.pausedMethods;
  return methods !== undefined && named.some((id) => methods.has(orders.get(id)?.order.paymentMethod ?? ""));
}

/** The latest payment of the buyer that silences reminders (rule 8), or null. */
export function paidAt(state: BuyerState): number | null {
  let latest = state.otherPaidAt;
  for (const { order } of state.orders.values()) {
    const paid = silencingPayment(order);
    if (paid !== null && (latest === null || paid > latest)) latest = paid;
  }
  return latest;
}

const quietHoursOf = ({ quietHours }: Campaign, { shop }: BuyerState): QuietHours | null =>
  quietHours === "off" ? null : (quietHours ?? shop.quietHours);

/**
 * The first channel of the step that is configured and has an unsuppressed contact, or why no channel is usable (rule 7). A channel at fault
 * is passed over, for the next one of the step or its fallback. So is one on which the address got its most.
 */
export function usableChannel(
  step: Step,
  state: Pick<BuyerState, "contacts"> & Partial<Pick<BuyerState, "capped">>,
  policy: Pick<BuyerPolicy, "channels" | "pausedChannels" | "faultyChannels">,
): UsableChannel {
  let why: "suppressed" | "none" | "cap" = "none";
  let faulty: string | null = null;
  const order = withFallbacks(step, [policy.faultyChannels, state.capped]);
  for (const channel of order) {
    const reached = contactFor(state, policy.channels.get(channel) ?? []);
    if (reached === "none") continue;
    if (reached === "suppressed") why = why === "cap" ? why : "suppressed";
    else if (state.capped?.has(channel) === true) why = "cap";
    else if (policy.pausedChannels?.has(channel) !== true) return { channel };
    else if (policy.faultyChannels?.has(channel) === true) faulty ??= channel;
    else return { channel: faulty ?? channel, paused: true };
  }
  return faulty === null ? { channel: null, why } : { channel: faulty, paused: true };
}

type Fallbacks = ReadonlyMap<string, string | null> | null | undefined;

/** The step's channels, then the fallbacks of those that are passed over. */
function withFallbacks({ channels }: Step, passedOver: readonly Fallbacks[]): readonly string[] {
  if (passedOver.every((fallbacks) => fallbacks == null)) return channels;
  const order = [...channels];
  for (const name of order)
    for (const fallbacks of passedOver) {
      const fallback = fallbacks?.get(name) ?? null;
      if (fallback !== null && !order.includes(fallback)) order.push(fallback);
    }
  return order;
}

/**
 * The contact that a channel takes: the first of its kinds that the buyer has and that is not suppressed. `kind` is a key of the contacts.
 * `suppressed`: the buyer has some, and all are suppressed.
 */
export function contactFor(
  { contacts }: Pick<BuyerState, "contacts">,
  kinds: readonly ContactKind[],
): { readonly kind: string } | "suppressed" | "none" {
  let why: "suppressed" | "none" = "none";
  for (const wanted of kinds) {
    const kind = wanted === "chat" ? lastChat(contacts) : wanted;
    const contact = kind === null ? undefined : contacts.get(kind);
    if (kind === null || contact === undefined) continue;
    if (!contact.suppressed) return { kind };
    why = "suppressed";
  }
  return why;
}

/** Whether a channel of any step has a contact, be it suppressed or not. */
export const hasAnyContact = (
  { steps }: Campaign,
  state: Pick<BuyerState, "contacts">,
  { channels }: Pick<BuyerPolicy, "channels">,
): boolean =>
  steps.some((step) => step.channels.some((name) => contactFor(state, channels.get(name) ?? []) !== "none"));

/** Whether a channel that takes this kind of contact takes a contact of that kind. */
export const covers = (taken: ContactKind, kind: string): boolean =>
  taken === kind || (taken === "chat" && kind.startsWith("chat."));

/** The kind of the chat handle that was reported last. */
function lastChat(contacts: BuyerState["contacts"]): string | null {
  let last: readonly [kind: string, contact: Contact] | null = null;
  for (const each of contacts)
    if (each[0].startsWith("chat.") && (last === null || isLaterContact(each[1], last[1]))) last = each;
  return last?.[0] ?? null;
}

/** Compares two contacts of one kind: the later report holds, and of reports of one moment the one with the greater event id. */
export function isLaterContact(contact: Contact, than: Contact): boolean {
  return (
    contact.reportedAt > than.reportedAt ||
    (contact.reportedAt === than.reportedAt && contact.reportedId > than.reportedId)
  );
}
