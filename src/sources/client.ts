/**
 * The seam to the APIs of shop systems: what `polling` and `verify` ask. A client calls its platform, and makes order events of what it
 * reads. It keeps nothing, waits for nothing and never retries. Whatever a platform does wrong is a `PlatformFault`.
 */
/** Orders that changed, oldest first as far as the platform can. */
export type Page = {
  readonly events: readonly unknown[];
  /** By the platform's clock, epoch ms: with these events all changes up to here are read. null: not known yet. */
  readonly reached: number | null;
  /** The platform's clock; null: its answer does not say. */
  readonly platformNow: number | null;
  /** The platform wants no further call before this time, ms; 0: call on. */
  readonly waitMs: number;
};

export type Asked = {
  /** The shop of the events. */
  readonly shop: string;
  /** The database's clock, epoch ms. */
  readonly now: number;
  readonly signal: AbortSignal;
};

export type OrderState = "unpaid" | "paid" | "closed";

/** One order as it is now: what its events say, and its state. */
export type OrderNow = { readonly id: string; readonly state: OrderState; readonly events: readonly unknown[] };

/** `ok`: whether the platform still sends. */
export type WebhookFinding = { readonly ok: boolean; readonly message: string };

export type ShopClient = {
  /** The orders changed since then, by the platform's clock. The last page is the one up to now. Absent: it cannot be polled. */
  changedSince?(since: number, asked: Asked): AsyncGenerator<Page>;
  /** How many orders the platform answers for in one call; 1: it is called for each. */
  readonly ordersPerCall: number;
  /** The orders of these ids that the platform knows. */
  ordersNow(ids: readonly string[], asked: Asked): Promise<readonly OrderNow[]>;
  /** Whether the platform's webhooks to this service are enabled. Absent: the platform cannot be asked. */
  webhooks?(asked: Asked): Promise<readonly WebhookFinding[]>;
  close(): Promise<void>;
};

/** `code` is stable; the message is ours alone, without anything that the platform wrote or was sent. */
export class PlatformFault extends Error {
  override readonly name = "PlatformFault";
  readonly code: FaultCode;
  /** The platform wants no call before this time, ms. */
  readonly retryAfterMs: number | null;

  constructor(code: FaultCode, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

export type FaultCode =
  | "unreachable"
  | "rate_limited"
  | "unauthorized"
  | "bad_answer"
  | "same_page"
  | "not_found"
  | "refused";
