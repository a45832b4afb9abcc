/** Contacts that strangers share. No address is shown whole. */
import { z } from "zod";
import { maybe, page, storedId } from "./parts/query.ts";
import { type Answer, instant, type Page, text } from "./parts/values.ts";

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

export type ContactsVerbs = {
  /** null: the cursor is not one of this list. */
  readonly listShared: (
    query: z.output<typeof sharedContactsQuery>,
  ) => Promise<Page<Answer<typeof sharedContact>> | null>;
};
