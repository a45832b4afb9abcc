/**
 * The seam to shop systems. A source turns a platform's webhook into order events of the public shape; `core/order/event.ts` checks
 * them. It reads headers, query and body only: no database, no clock, no call to the platform.
 */
import type { ZodType } from "zod";

/** Names are in lower case, as Node gives them. */
export type SourceHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The part of a request that is known before its body is read. */
export type SourceHead = { readonly headers: SourceHeaders; readonly query: URLSearchParams };

export type SourceRequest = SourceHead & {
  readonly rawBody: Buffer;
  /** One of the shop's secrets. */
  readonly secret: string;
  /** The source's own keys beside the secret. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Epoch ms. */
  readonly receivedAt: number;
};

export type Verified = { readonly ok: true } | { readonly ok: false; readonly message: string };

export type SourceEvents =
  /** `ignored` says why there are no (further) events. It is still answered with 2xx: otherwise the platform repeats it and then disables the webhook. */
  | {
      readonly ok: true;
      readonly events: readonly unknown[];
      /** Where each event stands in the array that was sent; absent: in this order, and all were events. */
      readonly places?: readonly number[];
      readonly ignored?: string;
      /** It is ignored because its topic is not one about orders. */
      readonly unknownTopic?: true;
    }
  /** The body is not an order of this platform. The message names the field. */
  | { readonly ok: false; readonly message: string };

export type Source = {
  readonly name: string;
  /** Its own keys of `shops.<shop>.webhooks.<name>` in dunlin.yaml, beside `secret`. */
  readonly settings?: Readonly<Record<string, ZodType>>;
  /** Whether the request holds all that a signed request has, in its form. Called before the body is read, so that a stranger's body costs nothing. */
  isSigned(head: SourceHead): Verified;
  /** Whether the request is signed with the secret. Called before the body is parsed. */
  verify(request: SourceRequest): Verified;
  /**
   * The platform's test of the address, which it does not sign: whether the headers look like one, and then whether the body is one. It
   * brings no event and is answered with 200.
   */
  readonly ping?: { looksLike(headers: SourceHeaders): boolean; is(rawBody: Buffer): boolean };
  /** The keys that the platform wants to read in an answer with 200, beside Dunlin's own. Absent: any 2xx will do. */
  readonly answer?: Readonly<Record<string, unknown>>;
  /** `body` is the parsed JSON; `receivedAt` is epoch ms. Never throws. */
  toEvents(input: {
    readonly headers: SourceHeaders;
    readonly body: unknown;
    readonly rawBody: Buffer;
    readonly shop: string;
    readonly receivedAt: number;
  }): SourceEvents;
};

/** The header's value; null when it is absent, empty or repeated. */
export function headerOf(headers: SourceHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === "string" && value !== "" ? value : null;
}
