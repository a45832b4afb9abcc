/**
 * The part of the seam to providers that clears up unknown outcomes: the provider is asked whether it has a message. It is asked about one
 * message, and answers with a value. Deciding what follows is the part of core/receipts/lookup.ts. Instants are epoch ms.
 */
import type { Receipt } from "./receipt.ts";

export type LookupQuestion = {
  /** The provider got it with the message, if it takes one. */
  readonly idempotencyKey: string;
  /** As in the message. It is never logged. */
  readonly to: string;
  /** The message left between these, if it did. */
  readonly sentFrom: number;
  readonly sentBy: number;
  /** The text as it was sent; null: not known. It is never logged. */
  readonly text: string | null;
  /** The fields of the approved templates, one of which it may have used; null: not known. */
  readonly templates: readonly Readonly<Record<string, string>>[] | null;
};

export type LookupAnswer =
  /** The provider has the message. The receipt says what became of it, as far as the provider knows. */
  | { readonly kind: "found"; readonly receipt: Receipt }
  /** The provider has no such message. It may only be late in showing it. */
  | { readonly kind: "absent" }
  /** Several messages fit, so that nothing is certain. */
  | { readonly kind: "several" }
  /** Messages of this kind cannot be distinguished from others. */
  | { readonly kind: "indistinct" }
  /** No answer, or one that cannot be read. */
  | {
      readonly kind: "unanswered";
      readonly code: string;
      readonly message: string;
      /** The provider asked to wait this long. */
      readonly retryAfterMs: number | null;
    };

export type Lookup = {
  /** The provider shows messages of this age at most, ms. */
  readonly reachMs: number;
  /** Never throws for what the provider does. */
  ask(question: LookupQuestion): Promise<LookupAnswer>;
};
