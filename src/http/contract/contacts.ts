/** Contacts that strangers share, and addresses that must not be messaged. No address is shown whole. */
import { z } from "zod";
import { maybe, name, page, storedId } from "./parts/query.ts";
import { type Answer, instant, maybeText, type Page, text } from "./parts/values.ts";
import type { Actor } from "./pauses.ts";

export const sharedContactsQuery = z.strictObject({ shop: maybe(storedId(100)), ...page });

export const sharedContact = z.strictObject({
  shop: text,
  kind: text.describe("`phone`, `call` (a number that takes no SMS) or `chat.<kind>`").meta({ example: "phone" }),
  masked: text.meta({ example: "+86138****8000" }),
  why: z
    .enum(["shared", "placeholder"])
    .describe(
      "`shared`: more buyer ids than `joinAtMost` reported it within 30 days; `placeholder`: a well-known number of nobody",
    ),
  buyers: z.int().describe("The buyer ids that reported it, counted up to 100"),
  since: instant.describe("Since when it joins nobody and gets no message"),
});

export const suppressionsQuery = z.strictObject({ shop: maybe(storedId(100)), ...page });

export const suppression = z.strictObject({
  id: text,
  shop: text,
  kind: maybeText.describe("`phone`, `call`, `email` or `chat.<kind>`").meta({ example: "phone" }),
  masked: maybeText
    .describe("null: it was stored before masked addresses were kept, or under another key")
    .meta({ example: "+86138****8000" }),
  reason: z
    .enum(["opt_out", "manual", "bounce"])
    .describe("`opt_out`: the buyer said so; `manual`: a person did; `bounce`: the address does not exist"),
  source: text.describe("The channel of the reply, the provider that refused the address, or the person"),
  at: instant,
});

export const suppressionBody = z.strictObject({
  shop: storedId(100),
  address: name(300)
    .min(1, "must not be empty")
    .describe("A phone number, an e-mail address, or a chat handle")
    .meta({ example: "+8613812345678" }),
  kind: name(40)
    .min(1, "must not be empty")
    .optional()
    .describe(
      "`phone`, `email`, or the kind of chat, like `wechat`; absent: `email` if the address has an @, else `phone`",
    ),
});

export const unsubscribeParams = z.object({ token: z.string() });
export const unsubscribePage = z.string();

export type UnsubscribeVerbs = {
  readonly unsubscribe: {
    /** The masked address; null: the link is not valid. */
    read(token: string): string | null;
    optOut(token: string): Promise<string | null>;
  };
};

export const suppressionParams = z.object({ id: z.string() });

export const erasureBody = z.strictObject({ shop: storedId(100), buyer: storedId(200).describe("The platform's id") });

export const erasure = z.strictObject({
  shop: text,
  orders: z.int().describe("Orders that keep their amounts and times, and nothing else"),
  events: z.int(),
  contacts: z.int(),
  reminders: z.int().describe("Open reminders that ended as `erased`"),
});

type Row = Answer<typeof suppression>;
export type SuppressResult =
  | { readonly kind: "suppressed"; readonly created: boolean; readonly answer: Row }
  | { readonly kind: "unknown_shop" | "invalid_address" };

export type EraseResult =
  | { readonly kind: "erased"; readonly answer: Answer<typeof erasure> }
  | { readonly kind: "unknown_shop" | "unknown_buyer" };

export type ContactsVerbs = {
  readonly erase: (actor: Actor, body: z.output<typeof erasureBody>) => Promise<EraseResult>;
  /** null: the cursor is not one of this list. */
  readonly listShared: (
    query: z.output<typeof sharedContactsQuery>,
  ) => Promise<Page<Answer<typeof sharedContact>> | null>;
  readonly suppressions: {
    /** null: the cursor is not one of this list. */
    list(query: z.output<typeof suppressionsQuery>): Promise<Page<Row> | null>;
    add(actor: Actor, body: z.output<typeof suppressionBody>): Promise<SuppressResult>;
    /** false: no suppression has this id. */
    lift(actor: Actor, id: string): Promise<boolean>;
  };
};
