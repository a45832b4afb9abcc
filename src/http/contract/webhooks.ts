/** Webhooks of shop systems. They are answered with a receipt of events.ts; routes/webhooks.ts has the verbs, which need Node. */
import { z } from "zod";
import { receipt } from "./events.ts";

export const webhookParams = z.object({ source: z.string(), shop: z.string() });

/** With what the platform wants to read. */
export const webhookAnswer = z.strictObject({
  ...receipt.shape,
  code: z.int().optional().describe("For Youzan: 0"),
  msg: z.string().optional().describe("For Youzan: success"),
});
