/** How long a payment counts for an effect. */
import { z } from "zod";
import { LONGEST_HORIZON, parseDuration } from "../../../core/values/duration.ts";
import { name } from "../parts/query.ts";

/** In ms; absent: undefined. */
export const horizonOf = (description: string) =>
  name(24)
    .optional()
    .transform((value, context) => {
      if (value === undefined) return undefined;
      const ms = parseDuration(value);
      if (ms !== null && ms > 0 && ms <= LONGEST_HORIZON) return ms;
      context.addIssue({ code: "custom", message: "must be a duration of at most 90d, like 1h, 24h or 7d" });
      return z.NEVER;
    })
    .meta({ example: "24h", description });
