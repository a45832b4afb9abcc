/** Webhooks of shop systems. They are answered with a receipt of events.ts; routes/webhooks.ts has the verbs, which need Node. */
import { z } from "zod";

export const webhookParams = z.object({ source: z.string(), shop: z.string() });
