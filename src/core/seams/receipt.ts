/**
 * The seam to what providers report later: delivery receipts, and replies of buyers. The folder of a channel turns the provider's request into
 * receipts; src/receipts applies them. A reader keeps no state and calls nobody.
 */

/** Instants are epoch ms; null: not reported. */
export type Receipt = {
  /**
   * - `sent`: the provider accepted the message, which its answer may have left open; or only says what it costs.
   * - `delivered`: it reached the buyer.
   * - `failed`: it did not. `definite` says whether it never will.
   * - `reply`: a message of the buyer, or a wish that the provider reports for the buyer.
   */
  readonly kind: "sent" | "delivered" | "failed" | "reply";
  /** The idempotency key that the provider got with the message. */
  readonly deliveryId: string | null;
  /** The provider's own id of the message. */
  readonly messageId: string | null;
  readonly at: number | null;
  readonly code: string | null;
  /** For a failure: the message is not on its way any more. It may go out over another channel. */
  readonly definite: boolean;
  /** The buyer's address, of a reply or a failure. It is never stored in clear, and never logged. */
  readonly address: string | null;
  /** The kind of chat of the address, if the provider names it. */
  readonly addressKind: string | null;
  /** The words of a reply. It is never stored, and never logged. */
  readonly text: string | null;
  /** As the provider says of the address: its owner opted out or in again, or it does not exist. */
  readonly wish: "out" | "in" | "invalid" | null;
  readonly segments: number | null;
  /** For the whole message, in millionths of the currency's unit. */
  readonly cost: { readonly micros: number; readonly currency: string } | null;
};

/** A receipt that says nothing yet. */
export const NO_RECEIPT: Receipt = {
  kind: "sent",
  deliveryId: null,
  messageId: null,
  at: null,
  code: null,
  definite: false,
  address: null,
  addressKind: null,
  text: null,
  wish: null,
  segments: null,
  cost: null,
};

export type ReceiptRequest = {
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The path with its query, as it was asked. */
  readonly url: string;
  readonly query: Readonly<Record<string, string>>;
  /** As it came: signatures are over these bytes. */
  readonly rawBody: Buffer;
  /** Epoch ms. */
  readonly now: number;
};

export type Verified = { readonly ok: true } | { readonly ok: false; readonly message: string };

export type ReceiptAnswer = { readonly status: number; readonly type: string; readonly body: string };
export type ReceiptCounts = { readonly matched: number; readonly unmatched: number };

/** How one channel takes receipts. Nothing here throws. */
export type ReceiptReader = {
  /** The last part of the path, for providers that sign nothing; null: the path has no such part. */
  readonly token: string | null;
  /** Whether its receipts may name a message by the provider's id alone, so that these ids are kept. */
  readonly byMessageId: boolean;
  /** Called before the body is parsed. */
  verify(request: ReceiptRequest): Verified;
  /** A message of a kind that is of no use is left out. */
  read(
    request: ReceiptRequest,
  ): { readonly ok: true; readonly receipts: readonly Receipt[] } | { readonly ok: false; readonly message: string };
  /** As the provider expects it. */
  answer(counts: ReceiptCounts): ReceiptAnswer;
  /** Answers the `GET` by which the provider checks the address; absent: it makes none. null: it is not from the provider. */
  checkAddress?(request: ReceiptRequest): ReceiptAnswer | null;
};
