/** Which campaign goes before which. */
import { z } from "zod";
import { type Answer, maybeInstant, text } from "../parts/values.ts";

export const overlapAnswer = z.strictObject({
  orders: z
    .int()
    .describe("The orders that were looked at: of the newest 1,000 of the last 30 days, those that may be chased"),
  since: maybeInstant.describe("When the oldest of them was created; null: there are none"),
  items: z
    .array(
      z.strictObject({
        campaign: text,
        matching: z.int().describe("The orders that it would take if it were alone"),
        takes: z.int().describe("Those of them that no campaign before it takes"),
        shadowedBy: z
          .array(
            z.strictObject({
              campaign: text.describe("It has the higher priority, or the same and the smaller key"),
              orders: z.int().describe("So many of the matching orders go to it"),
              state: z
                .enum(["runs", "paused", "ended"])
                .describe("`paused`: it takes orders, and its reminders wait; `ended`: it takes no new orders"),
            }),
          )
          .describe("The one with the most orders first"),
      }),
    )
    .describe("The campaigns that are not retired, in the order in which they are asked"),
});

export type OverlapVerbs = { readonly overlap: () => Promise<Answer<typeof overlapAnswer>> };
