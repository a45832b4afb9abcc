/**
 * Policy: the settings of a shop and its campaigns, parsed and with every default filled in. Durations are milliseconds,
 * instants epoch ms, times of day milliseconds since local midnight. The defaults are those of the public contract.
 */
import { HOUR } from "./duration.ts";

/** Wall-clock [from, to) in milliseconds since midnight; may wrap midnight; from = to means no quiet hours. */
export type QuietHours = { readonly from: number; readonly to: number };

/** The quiet hours of a shop that sets none: 22:00 to 08:00. */
export const DEFAULT_QUIET_HOURS: QuietHours = { from: 22 * HOUR, to: 8 * HOUR };

export type ShopPolicy = {
  readonly id: string;
  /** The shop's name in texts; null: its id. */
  readonly name: string | null;
  /** IANA zone, e.g. `Asia/Shanghai`. */
  readonly timeZone: string;
  readonly locale: string;
  readonly currency: string;
  /** ISO 3166 alpha-2: where phone numbers without a country code are read; null: not known, and they cannot be read. */
  readonly country: string | null;
  /** How many buyer ids may report a phone number or handle within 30 days and still be one buyer. */
  readonly joinAtMost: number;
  /** An order without a close time closes this long after it was created; null: never. */
  readonly closeAfter: number | null;
  /** null: none (`off`). */
  readonly quietHours: QuietHours | null;
  /** Payment methods that are unpaid by nature and never chased. */
  readonly cashOnDelivery: readonly string[];
  /** Whether orders that were shipped or archived unpaid are chased. */
  readonly chaseShipped: boolean;
  /** Set by an operator and not by the file: the sends of all its campaigns wait (core/rules/pause.ts). */
  readonly paused?: boolean;
  /** Likewise the payment methods whose orders' sends wait. Absent: none. */
  readonly pausedMethods?: ReadonlySet<string>;
};

export type Anchor =
  | { readonly kind: "afterCreated"; readonly ms: number }
  | { readonly kind: "beforeClose"; readonly ms: number };

export type Step = { readonly id: string; readonly at: Anchor; readonly channels: readonly string[] };

/** Decimals: one number in the order's own currency, whichever it is; or by currency, and then no other currency has an amount. */
export type Amounts = string | Readonly<Record<string, string>>;

/** All given conditions must hold; `tags` holds when any of them is on the order or one of its items. Amounts are inclusive. */
export type Match = {
  readonly shops: readonly string[] | null;
  readonly tags: readonly string[] | null;
  readonly amount: { readonly min: Amounts | null; readonly max: Amounts | null } | null;
};

export type Campaign = {
  readonly key: string;
  /** Changes whenever anything that planning or rendering reads changes. */
  readonly version: string;
  readonly name: string;
  readonly priority: number;
  /** [from, to) over the order's createdAt. */
  readonly active: { readonly from: number | null; readonly to: number | null };
  readonly match: Match;
  /** null: excludes nothing. */
  readonly exclude: Match | null;
  readonly steps: readonly Step[];
  readonly variants: readonly { readonly key: string; readonly weight: number }[];
  /** Share of buyers left alone, 0 to 1. */
  readonly holdout: number;
  /** null: the shop's. */
  readonly quietHours: QuietHours | "off" | null;
  readonly limits: { readonly max: number; readonly per: number; readonly gap: number };
  readonly repeatAfter: number;
  /** null: off. */
  readonly paidSilence: number | null;
  readonly minAge: number;
  readonly minLead: number;
  readonly staleAfter: number;
  readonly whenTight: "pull" | "skip";
  readonly attributionWindow: number;
  /** null: it never pauses itself. */
  readonly pauseWhen: PauseWhen | null;
  readonly manual: {
    /** null: no amount makes a case a person's. */
    readonly amountAtLeast: Amounts | null;
    /** The tiers of buyers whose cases are a person's. Absent: none. */
    readonly tiers?: readonly string[];
    /** Whether a case is a person's that no channel of its steps has a contact for. Absent: no. */
    readonly noContact?: boolean;
    /** Whether a message of unknown outcome is a task, while its case is open. Absent: no. */
    readonly unknown?: boolean;
    /** A person's case goes back to the reminders after so many ms; null: never. */
    readonly handBackAfter: number | null;
    /** Its tasks are assigned to people of this team only. Absent: to anybody. */
    readonly team?: string;
    /** An assigned task is the person's alone for so many ms. Absent: 15 minutes. */
    readonly claimWithin?: number;
    /** Share of the cases that are left to the reminders though they would be a person's, 0 to 1. Absent: none. */
    readonly holdout?: number;
  } | null;
  /** Set by an operator and not by the file: its sends wait (core/rules/pause.ts). */
  readonly paused?: boolean;
};

/**
 * A part pauses itself when more than one of these shares (0 to 1) of what it sent `within` so many ms ended so, and it sent `atLeast` so many
 * messages.
 */
export type PauseWhen = {
  readonly rejected: number;
  readonly optOut: number;
  readonly invalid: number;
  readonly atLeast: number;
  readonly within: number;
};
export const DEFAULT_PAUSE_WHEN: PauseWhen = {
  rejected: 0.2,
  optOut: 0.02,
  invalid: 0.2,
  atLeast: 200,
  within: HOUR,
};

/** When the reminders of a payment method are held (core/limits/guard.ts): its unpaid share is `unpaidJump` times the usual one. */
export type Guard = {
  readonly unpaidJump: number;
  /** The least number of orders, of those that were first received `within` so many ms. */
  readonly atLeast: number;
  readonly within: number;
};
export const DEFAULT_GUARD: Guard = { unpaidJump: 3, atLeast: 50, within: HOUR / 2 };

/** An address gets at most `perAddress` messages in any `per` ms. */
export type AddressCap = { readonly perAddress: number; readonly per: number };

/** Which of a buyer's contacts a channel speaks to: `phone`, `email`, `chat` (the last reported handle of any kind), or `chat.<kind>`. */
export type ContactKind = "phone" | "email" | "chat" | `chat.${string}`;

/** The configured channels as planning sees them: name → the kinds of contact that it takes, the preferred one first. */
export type ChannelContacts = ReadonlyMap<string, readonly ContactKind[]>;
