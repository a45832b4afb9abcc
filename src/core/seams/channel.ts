/**
 * The seam to providers. A channel hands one message to one provider, once, and says what became of it as a value;
 * it never throws for what a provider does, and never retries by itself: whether to try again is decided on the ledger.
 */
import type { ContactKind } from "../values/policy.ts";

/** A provider's approved template as the text's front matter names it: section (`aliyun`) and fields (`signName`, `templateCode`). */
export type ApprovedTemplate = {
  readonly provider: string;
  readonly fields: Readonly<Record<string, string>>;
};

export type Message = {
  /** Unique for the attempt chain of one reminder on one channel; sent to the provider wherever it takes one. */
  readonly idempotencyKey: string;
  readonly channel: string;
  readonly shop: string;
  /** E.164 phone number or chat handle. Never logged. */
  readonly to: string;
  readonly text: string;
  readonly locale: string;
  readonly campaign: string;
  readonly step: string;
  readonly orders: readonly string[];
  /** What fills the approved template, rendered as the text is; positional ones are named 1, 2, …. */
  readonly params: Readonly<Record<string, string>>;
  readonly approved: ApprovedTemplate | null;
};

/**
 * - `accepted`: the provider took it.
 * - `failed-permanent`: it will never take this message.
 * - `failed-transient`: certainly not taken, may be tried again (not before `retryAfterMs` when told).
 * - `unknown`: the request left, no answer says what became of it; must never be sent again.
 */
export type SendOutcome =
  | { readonly kind: "accepted"; readonly messageId: string | null; readonly segments: number | null }
  | { readonly kind: "failed-permanent"; readonly code: string; readonly message: string }
  | {
      readonly kind: "failed-transient";
      readonly code: string;
      readonly message: string;
      readonly retryAfterMs: number | null;
    }
  | { readonly kind: "unknown"; readonly code: string; readonly message: string };

export type Channel = {
  readonly name: string;
  readonly provider: string;
  readonly contact: ContactKind;
  /** null: unlimited. Holds across processes. */
  readonly ratePerSecond: number | null;
  /** The longest a send may take, ms; a claim's lease is longer. */
  readonly timeoutMs: number;
  /** Price of one segment in millionths of the currency's unit (0.05 CNY = 50,000), since prices go below its smallest coin. */
  readonly cost: { readonly micros: number; readonly currency: string } | null;
  /** Name of the channel tried after this one fails for good; null: none. */
  readonly fallback: string | null;
  /** `startBy`: the last monotonic moment (performance.now) at which it may begin to leave; past it nothing is sent (`failed-transient`). */
  send(message: Message, startBy?: number): Promise<SendOutcome>;
  close(): Promise<void>;
};

/** Whom a channel may hand its messages to: what `openChannels` can open. */
export const CHANNEL_PROVIDERS = ["console", "webhook"] as const;
export type ChannelProvider = (typeof CHANNEL_PROVIDERS)[number];

/** A channel as configured: what `openChannels` opens. Field by field as in `Channel`. */
export type ChannelConfig = {
  readonly name: string;
  readonly provider: string;
  readonly contact: ContactKind;
  readonly url: string | null;
  readonly secret: string | null;
  readonly ratePerSecond: number | null;
  readonly timeoutMs: number;
  readonly cost: { readonly micros: number; readonly currency: string } | null;
  readonly fallback: string | null;
  /** What only the provider knows; checked by it. */
  readonly options: Readonly<Record<string, unknown>>;
};
