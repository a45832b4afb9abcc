/**
 * The seam to shop systems. A source turns a platform's webhook into order events of the public shape; `core/order/event.ts` checks
 * them. It reads headers and body only: no database, no clock, no call to the platform.
 */

/** Names are in lower case, as Node gives them. */
export type SourceHeaders = Readonly<Record<string, string | string[] | undefined>>;

export type Verified = { readonly ok: true } | { readonly ok: false; readonly message: string };

export type SourceEvents =
  /** `ignored` says why there are no (further) events. It is still answered with 2xx: otherwise the platform repeats it and then disables the webhook. */
  | { readonly ok: true; readonly events: readonly unknown[]; readonly ignored?: string }
  /** The body is not an order of this platform. The message names the field. */
  | { readonly ok: false; readonly message: string };

export type Source = {
  readonly name: string;
  /** Whether the headers hold all that a signed request has, in its form. Called before the body is read, so that a stranger's body costs nothing. */
  isSigned(headers: SourceHeaders): Verified;
  /** Whether the request is signed with the shop's secret. Called before the body is parsed. */
  verify(input: { readonly headers: SourceHeaders; readonly rawBody: Buffer; readonly secret: string }): Verified;
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
