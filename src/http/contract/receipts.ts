/** Delivery receipts and replies of providers. The reader of the channel gives the answer that its provider expects. */
import { z } from "zod";

export const receiptParams = z.object({ channel: z.string() });
export const tokenParams = z.object({ channel: z.string(), token: z.string() });

/** The answer of channel `webhook`. */
export const receiptCounts = z.strictObject({
  matched: z.int().describe("Of a message, or of an address, that is known"),
  unmatched: z
    .int()
    .describe("The others. A receipt is kept for a quarter of an hour, in case its message is recorded later"),
});
