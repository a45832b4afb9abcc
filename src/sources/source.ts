/**
 * The seam to shop systems: what one platform posts → order events in the public shape (`core/order/event.ts` checks them). A
 * source reads headers and body only: no database, no clock, no call back to the platform.
 */

/** As Node gives them: names in lower case. */
export type SourceHeaders = Readonly<Record<string, string | string[] | undefined>>;

export type Verified = { readonly ok: true } | { readonly ok: false; readonly message: string };

export type SourceEvents =
  /** `ignored` says why there is nothing (more) to take: answer 2xx all the same, or the platform repeats it and at last gives up on us. */
  | { readonly ok: true; readonly events: readonly unknown[]; readonly ignored?: string }
  /** No order of this platform: the message names the field. */
  | { readonly ok: false; readonly message: string };

export type Source = {
  readonly name: string;
  /** Whether the request was signed with the shop's secret. To be asked before the body is parsed. */
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

/** One header's value, or null: absent, empty or given several times. */
export function headerOf(headers: SourceHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === "string" && value !== "" ? value : null;
}
