/** For the programs that watch over the process. */
import { z } from "zod";
import { type Answer, text } from "./parts/values.ts";

export const liveness = z.strictObject({ status: z.literal("ok") });
export const readiness = z.strictObject({
  ok: z.boolean(),
  checks: z.record(text, z.strictObject({ ok: z.boolean(), message: text.optional() })),
});

export type OperationsVerbs = {
  readonly health: { ready(): Promise<Answer<typeof readiness>> };
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
};
