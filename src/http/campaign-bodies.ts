/** What is sent to change campaigns. Whether the texts make a campaign is checked where campaigns are, with every fault by file and line. */
import { z } from "zod";

/** PostgreSQL stores no NUL. */
const note = z
  .string()
  .max(500)
  .regex(/^[^\0]*$/, "must not hold a NUL")
  .nullish()
  .transform((text) => text ?? null)
  .describe("Why, for the history");

export const campaignBody = z.strictObject({
  yaml: z.string().describe("The text of campaign.yaml"),
  templates: z
    .record(
      z.string().refine((name) => name !== "campaign.yaml", { error: "belongs into `yaml`" }),
      z.string(),
    )
    .describe("`<step>[.<variant>].<channel>.<locale>.hbs` → its text"),
  note,
});

export const noteBody = z.strictObject({ note });

export const rollbackBody = z.strictObject({
  to: z
    .int()
    .min(1)
    .max(2_147_483_647)
    .nullish()
    .transform((version) => version ?? null)
    .describe("The version to go back to; absent: the one before the current"),
  note,
});
