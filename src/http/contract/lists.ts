/** The lists of cases, reminders and deliveries: the rows behind every figure. */
import { z } from "zod";
import { REASONS } from "../../core/values/reason.ts";
import { checkPeriod, maybe, name, page, period, readPeriod, storedId } from "./parts/query.ts";
import {
  type Answer,
  DELIVERY_STATES,
  instant,
  maybeInstant,
  maybeText,
  money,
  orderIds,
  type Page,
  REMINDER_STATES,
  reason,
  text,
} from "./parts/values.ts";

const CASE_STATES = ["open", "ended"] as const;

const filters = {
  shop: maybe(name(100)),
  buyer: maybe(storedId(200)).describe("The platform's id"),
  order: maybe(storedId(200)),
  campaign: maybe(name(200)),
  step: maybe(name(200)),
  channel: maybe(name(100)),
  reason: maybe(z.enum(REASONS)),
  ...period,
};
const listQuery = <const States extends readonly [string, ...string[]]>(states: States, description: string) =>
  z
    .strictObject({ ...filters, state: maybe(z.enum(states)).describe(description), ...page })
    .superRefine(checkPeriod)
    .transform(readPeriod);

export const casesQuery = listQuery(CASE_STATES, "`open`: at least one order is unpaid");
export const remindersQuery = listQuery(
  REMINDER_STATES,
  "As reports count: `cancelled` ended because of its order (reason paid, closed, refunded or excluded), `skipped` for any other reason; `planned` and `sending` are `pending` in reports",
);
export const deliveriesQuery = listQuery(DELIVERY_STATES, "The result of the attempt");

const row = {
  shop: text,
  id: text,
  buyer: maybeText.describe("The platform's id"),
  campaign: maybeText,
  orders: orderIds,
};
export const caseItem = z.strictObject({
  ...row,
  state: z.enum(CASE_STATES),
  manual: z.boolean().describe("A person has it now"),
  manualSince: maybeInstant.describe("When it became a person's; null: it never was"),
  handBackAt: maybeInstant.describe("When a person's case goes back to the reminders, or went; null: never"),
  reason: reason.nullable().describe("Why no step of the whole case is planned"),
  openedAt: instant,
  endedAt: maybeInstant,
});
export const reminderItem = z.strictObject({
  ...row,
  case: text,
  campaignVersion: maybeText,
  step: maybeText.describe("null: it stands for the whole case"),
  variant: maybeText,
  kind: z.enum(["send", "skip"]),
  state: z.enum(REMINDER_STATES),
  reason: reason.nullable(),
  dueAt: instant,
  decidedAt: maybeInstant,
});
export const deliveryItem = z.strictObject({
  ...row,
  reminder: text,
  step: maybeText,
  channel: text,
  attempt: z.int(),
  state: z.enum(DELIVERY_STATES),
  claimedAt: instant,
  finishedAt: maybeInstant,
  deliveredAt: maybeInstant,
  campaignVersion: maybeText.describe("The number of the version"),
  variant: maybeText,
  template: maybeText,
  templateVersion: maybeText.describe("Changes with the text of the template"),
  messageId: maybeText.describe("The provider's id"),
  segments: z.int().nullable(),
  cost: money.nullable(),
  code: maybeText,
  message: maybeText,
  lookup: maybeText.describe(
    "How asking the provider about an unknown outcome ended, as a sentence; null: it was not asked",
  ),
});

/** null: the cursor is not one of this list. */
type List<Query extends z.ZodType, Item extends z.ZodType> = (
  query: z.output<Query>,
) => Promise<Page<Answer<Item>> | null>;
export type ListsVerbs = {
  readonly listCases: List<typeof casesQuery, typeof caseItem>;
  readonly listReminders: List<typeof remindersQuery, typeof reminderItem>;
  readonly listDeliveries: List<typeof deliveriesQuery, typeof deliveryItem>;
};
