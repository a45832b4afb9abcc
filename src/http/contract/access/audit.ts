/** The audit trail. */
import { z } from "zod";
import { checkPeriod, maybe, name, page, period, readPeriod } from "../parts/query.ts";
import { type Answer, instant, maybeText, type Page, text } from "../parts/values.ts";

const ACTION = { example: "campaign.put" };

export const auditQuery = z
  .strictObject({
    who: maybe(name(200)).describe("The name of a key, or of the person who ran a command"),
    action: maybe(name(100)).meta(ACTION),
    subject: maybe(name(200)).describe("The campaign, channel, shop or key that was changed"),
    ...period,
    ...page,
  })
  .superRefine(checkPeriod)
  .transform(readPeriod);

export const auditItem = z.strictObject({
  id: text,
  at: instant,
  who: text,
  via: z.enum(["http", "cli", "start", "timer"]),
  action: text.meta(ACTION),
  subject: text,
  fromVersion: z.int().nullable(),
  toVersion: z.int().nullable(),
  note: maybeText,
});

export type AuditVerbs = {
  /** null: the cursor is not one of this list. */
  readonly listAudit: (query: z.output<typeof auditQuery>) => Promise<Page<Answer<typeof auditItem>> | null>;
};
