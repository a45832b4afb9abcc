/**
 * The seam to providers. A channel sends one message to one provider, once, and returns the outcome as a value. It never throws for what a
 * provider does, and it never retries: the rules decide about that.
 */
import type { AddressCap, ContactKind, PauseWhen } from "../values/policy.ts";
import type { ChannelFinding, UsedNames } from "./channel-check.ts";
import type { Lookup } from "./lookup.ts";

/** A provider's approved template, as the front matter of the text names it. */
export type ApprovedTemplate = {
  /** The section of the front matter, like `aliyun`. */
  readonly provider: string;
  /** Like `signName`, `templateCode`. */
  readonly fields: Readonly<Record<string, string>>;
};

/** The parts of an e-mail beside its text. */
export type Mail = {
  /** One line. */
  readonly subject: string;
  /** Whether it also has a form in HTML, which the channel makes from the text. */
  readonly html: boolean;
};

export type Message = {
  /** The same in every attempt of one reminder on one channel. The provider gets it if it takes one. */
  readonly idempotencyKey: string;
  readonly channel: string;
  readonly shop: string;
  /** E.164 phone number, e-mail address or chat handle. It is never logged. */
  readonly to: string;
  readonly text: string;
  /** Absent: the front matter of the text has no subject. */
  readonly mail?: Mail;
  readonly locale: string;
  readonly campaign: string;
  readonly step: string;
  readonly orders: readonly string[];
  /** The parameters of the approved template, rendered like the text. Positional ones are named 1, 2, …. */
  readonly params: Readonly<Record<string, string>>;
  readonly approved: ApprovedTemplate | null;
};

/**
 * - `accepted`: the provider accepted the message.
 * - `failed-permanent`: the provider will never accept this message.
 * - `failed-transient`: certainly not sent. It may be tried again, after `retryAfterMs` if that is given.
 * - `channel-fault`: certainly not sent, and no message of this channel will be: wrong credentials, no balance, a withdrawn signature. The
 *   channel is paused: for `resumeInMs`, or until an operator resumes it (null).
 * - `unknown`: the request left, and no answer says whether the message was accepted. It must never be sent again.
 *
 * `unlisted`: the provider's table (`codes.ts`) does not list the code. People should learn of it.
 */
export type SendOutcome =
  | { readonly kind: "accepted"; readonly messageId: string | null; readonly segments: number | null }
  | {
      readonly kind: "failed-permanent";
      readonly code: string;
      readonly message: string;
      readonly unlisted?: true;
      /** The owner of the address opted out at the provider, or the address does not exist. */
      readonly wish?: "out" | "invalid";
    }
  | {
      readonly kind: "failed-transient";
      readonly code: string;
      readonly message: string;
      readonly retryAfterMs: number | null;
      /** The address gets no more for now. The channel works for all others. */
      readonly ofAddress?: true;
    }
  | ({ readonly kind: "channel-fault"; readonly resumeInMs: number | null } & ChannelFault)
  | { readonly kind: "unknown"; readonly code: string; readonly message: string; readonly unlisted?: true };

/** Why a whole channel is at fault: the provider's code, and our own words for it. */
export type ChannelFault = { readonly code: string; readonly message: string };

/** The settings that every channel has. */
export type ChannelTerms = {
  readonly name: string;
  readonly provider: string;
  /** The kinds of contact that it takes, the preferred one first. */
  readonly contacts: readonly ContactKind[];
  /** The signature of texts that name none. Absent: the provider puts none before the text. */
  readonly signName?: string;
  /** null: no limit. It holds across processes. */
  readonly ratePerSecond: number | null;
  /** A send takes at most this long, ms. The lease of a claim is longer. */
  readonly timeoutMs: number;
  /** How many sends may be under way at a time in one process. */
  readonly connections: number;
  /** Price of one segment in millionths of the currency's unit (0.05 CNY = 50,000): prices go below the smallest coin. */
  readonly cost: { readonly micros: number; readonly currency: string } | null;
  /** The channel that is tried after this one failed permanently; null: none. */
  readonly fallback: string | null;
  /** Absent: an address may get any number of messages. */
  readonly caps?: AddressCap;
  /** null: it never pauses itself. Absent: the defaults. */
  readonly pauseWhen?: PauseWhen | null;
};

/** The code of a `failed-transient` outcome of a request that was not begun by its deadline. */
export const NOT_BEGUN = "no_connection_in_time";

/** An open channel, made by the provider's folder in `src/channels`. */
export type Sender = {
  /**
   * After `startBy` (performance.now) the request must not begin: nothing is sent, and the outcome is `failed-transient`. `begun` is called
   * when it begins, after the wait for a connection.
   */
  send(message: Message, startBy?: number, begun?: () => void): Promise<SendOutcome>;
  /**
   * Asks the provider about the set-up of the channel, and sends nothing. Absent: the provider cannot be asked. Never throws; it may take as long as
   * several sends.
   */
  check?(used: UsedNames): Promise<readonly ChannelFinding[]>;
  /** Resolves when every send under way has its outcome. A later send is `failed-transient`. */
  close(): Promise<void>;
  /** Asks the provider about a message whose outcome is unknown. Absent: it cannot be asked. */
  readonly lookup?: Lookup;
  /** A send is a task of a person, which its claim makes: `send` is never called for a buyer. */
  readonly asTask?: true;
  /** The provider drops a repeated idempotency key: the same message may be sent again while its outcome is unknown. */
  readonly idempotent?: true;
};

export type Channel = ChannelTerms & Sender;
