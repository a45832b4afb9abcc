/** The sends of the next time. */
import { z } from "zod";
import { DAY, HOUR, parseDuration } from "../../core/values/duration.ts";
import { name } from "./parts/query.ts";
import { type Answer, instant, money, text } from "./parts/values.ts";

export const upcomingQuery = z.strictObject({
  for: name(24)
    .optional()
    .transform((value, context) => {
      const ms = value === undefined ? HOUR : parseDuration(value);
      if (ms !== null && ms > 0 && ms <= DAY) return ms;
      context.addIssue({ code: "custom", message: "must be a duration of at most 1d, like 30m or 2h" });
      return z.NEVER;
    })
    .meta({ example: "1h", description: "How far ahead, at most 1d; absent: 1h" }),
});

export const upcomingAnswer = z.strictObject({
  from: instant,
  to: instant,
  minutes: z
    .array(
      z.strictObject({
        at: instant.describe("The start of the minute"),
        channel: text,
        due: z.int().describe("Planned for this minute; what is overdue counts in the first one"),
        sends: z.int().describe("What the rate limit lets through of these and of those that wait"),
        waiting: z.int().describe("What waits for a later minute"),
      }),
    )
    .describe("The minutes in which something is due or waits, by channel"),
  channels: z.array(
    z.strictObject({
      channel: text,
      perMinute: z.number().nullable().describe("The rate limit; null: none"),
      due: z.int(),
      waitingAtEnd: z.int(),
      paused: z
        .int()
        .describe("Sends of a campaign, shop, channel or payment method that is paused; they are in no other figure"),
      segments: z.int().describe("Of usual messages in the shops' locales"),
      cost: money.nullable().describe("null: the channel has no price"),
    }),
  ),
  noContact: z.int().describe("Planned, and no channel of the step is usable"),
  holdout: z.int().describe("Planned, and the buyer is held out"),
});

export type UpcomingVerbs = { readonly upcoming: (forMs: number) => Promise<Answer<typeof upcomingAnswer>> };
