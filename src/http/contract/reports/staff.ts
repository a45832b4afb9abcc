/** The results of people at the follow-up desk. */
import { z } from "zod";
import { checkPeriod, maybe, name, period, readPeriod } from "../parts/query.ts";
import { type Answer, money, text } from "../parts/values.ts";

export const staffQuery = z
  .strictObject({ shop: maybe(name(100)).describe("Absent: all shops"), ...period })
  .superRefine(checkPeriod)
  .transform(readPeriod);

const share = z.number().nullable();

export const staffAnswer = z.strictObject({
  items: z.array(
    z.strictObject({
      person: text,
      tasks: z
        .int()
        .describe("That began in the period: the person spoke to the buyer last, or has it without a contact so far"),
      reached: z.int().describe("Of these: the buyer was reached"),
      recoveredCases: z.int().describe("Of these: an order was paid after the person's last contact"),
      rate: share.describe("recoveredCases / tasks"),
      rateLow: share.describe("95%, Wilson"),
      rateHigh: share,
      recoveredOrders: z.int().describe("Orders that were paid after a last contact in the period"),
      recoveredAmount: z.array(money),
      promises: z
        .int()
        .describe("Recorded in the period; those that were replaced or ended before their time do not count"),
      promisesKept: z.int().describe("Paid by the promised time"),
      medianMinutesToContact: z.number().nullable().describe("From the beginning of a task to its first contact"),
    }),
  ),
});

export type StaffVerbs = {
  readonly staff: (query: z.output<typeof staffQuery>) => Promise<Answer<typeof staffAnswer>>;
};
