/** The follow-up desk: what people have to do about cases. No address is shown whole. */
import { z } from "zod";
import {
  BUYER_REASONS,
  CONTACT_RESULTS,
  CONTACT_WAYS,
  TASK_ENDS,
  TASK_KINDS,
  TASK_OUTCOMES,
  TASK_STATES,
} from "../../core/desk/words.ts";
import { isStorable } from "../../core/order/plain-event.ts";
import { maybe, name, page, storedId, toWhen } from "./parts/query.ts";
import { type Answer, instant, maybeInstant, maybeText, money, orderIds, type Page, text } from "./parts/values.ts";
import type { Actor } from "./pauses.ts";

export const tasksQuery = z.strictObject({
  shop: maybe(storedId(100)),
  state: maybe(z.enum(TASK_STATES)).describe("Absent: those that are not done"),
  kind: maybe(z.enum(TASK_KINDS)),
  assignee: maybe(name(100)).describe("A name, or `me`"),
  overdue: z
    .enum(["true", "false"])
    .default("false")
    .transform((value) => value === "true")
    .describe("`true`: only those that nobody has claimed by `dueAt`, or within 5 minutes if that is null"),
  sort: z.enum(["closes", "amount"]).default("closes").describe("The soonest close first, or the largest sum first"),
  ...page,
});

export const task = z.strictObject({
  id: text,
  kind: z
    .enum(TASK_KINDS)
    .describe(
      "`high_value`: the case reached `manual.amountAtLeast`; `no_contact`: no channel of its steps has a contact; `promise`: the buyer did not pay by the time that they had said",
    ),
  shop: text,
  timeZone: text.describe("Of the shop: a time without an offset is read in it").meta({ example: "Asia/Shanghai" }),
  case: text,
  campaign: maybeText,
  buyer: maybeText
    .describe("The phone number, masked, for an operator; null: none is shown")
    .meta({ example: "+86138****8000" }),
  orders: orderIds,
  amount: z.array(money).describe("Of its orders, by currency"),
  closesAt: maybeInstant.describe("When the first of its orders closes"),
  createdAt: instant,
  dueAt: maybeInstant.describe("When it is to be done; null: as soon as possible"),
  assignee: maybeText.describe("Who has it, or to whom it was assigned"),
  leaseUntil: maybeInstant.describe("The end of the claim; null: it is not claimed"),
  assignedUntil: maybeInstant.describe(
    "Until then the assignee alone can claim it, who was drawn; null: nobody was, or it was assigned by hand",
  ),
  state: z.enum(TASK_STATES),
  why: z.enum(TASK_ENDS).nullable().describe("How it ended by itself; null: it did not"),
  outcome: z.enum(TASK_OUTCOMES).nullable().describe("How a person ended it"),
  reason: z.enum(BUYER_REASONS).nullable().describe("Why it is unpaid, as the buyer says"),
  script: maybeText.describe("The text of the step that made the call, for an operator; null: it has none"),
  touches: z.int().describe("How often somebody called or wrote"),
  version: z.int().describe("Grows with each change"),
});

export const taskParams = z.object({ id: z.string() });
export const assignBody = z.strictObject({
  to: name(100).min(1, "must not be empty").describe("The name of a person"),
  unclaimed: z.boolean().default(false).describe("Only while nobody else has claimed it: else 409, `task_taken`"),
});
export const taskPhone = z.strictObject({ phone: text.meta({ example: "+8613812348000" }) });

const words = {
  reason: maybe(z.enum(BUYER_REASONS)),
  note: maybe(
    z.string().trim().min(1).max(2_000).refine(isStorable, "must not contain a NUL or half of a surrogate pair"),
  ),
};

export const touchBody = z.strictObject({
  how: z.enum(CONTACT_WAYS),
  result: z
    .enum(CONTACT_RESULTS)
    .describe("`wrong_number`: the number gets no message any more, and nobody is shown it again"),
  ...words,
});

export const outcomeBody = z
  .strictObject({
    outcome: z
      .enum(TASK_OUTCOMES)
      .describe(
        "`will_pay`: with `promiseAt`; `not_reached`: again at `againAt`; `opted_out`: no message any more; `order_changed`: the case waits for the next event of its orders; `refused`, `done`: no reminder any more",
      ),
    ...words,
    promiseAt: maybe(toWhen).describe("When the buyer will pay"),
    againAt: maybe(toWhen).describe("When to try again; absent: as soon as somebody has time"),
  })
  .superRefine(({ outcome, promiseAt, againAt }, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (outcome === "will_pay" && promiseAt === null) fault("promiseAt", "is needed with `will_pay`");
    if (outcome !== "will_pay" && promiseAt !== null) fault("promiseAt", "goes with `will_pay` only");
    if (outcome !== "not_reached" && againAt !== null) fault("againAt", "goes with `not_reached` only");
  });

export type TaskItem = Answer<typeof task>;

export type TaskRefusal =
  | { readonly kind: "unknown_task" | "ended" | "under_way" | "not_claimed" }
  | { readonly kind: "taken"; readonly by: string };

export type TaskAnswer = { readonly kind: "task"; readonly task: TaskItem } | TaskRefusal;

export type TasksVerbs = {
  readonly tasks: {
    /** `ended`: the case is over. */
    take(
      actor: Actor,
      of: { readonly shop: string; readonly id: string },
    ): Promise<TaskAnswer | { readonly kind: "unknown_case" }>;
    /** null: the cursor is not valid. `phones`: whether they are shown, masked. */
    list(
      actor: Actor,
      query: z.output<typeof tasksQuery> & { readonly phones: boolean },
    ): Promise<Page<TaskItem> | null>;
    claim(actor: Actor, id: string): Promise<TaskAnswer>;
    release(actor: Actor, id: string): Promise<TaskAnswer>;
    extend(actor: Actor, id: string): Promise<TaskAnswer>;
    assign(
      actor: Actor,
      id: string,
      body: z.output<typeof assignBody>,
    ): Promise<TaskAnswer | { readonly kind: "unknown_person" }>;
    contact(
      actor: Actor,
      id: string,
    ): Promise<{ readonly kind: "revealed"; readonly phone: string } | { readonly kind: "no_phone" } | TaskRefusal>;
    touch(actor: Actor, id: string, body: z.output<typeof touchBody>): Promise<TaskAnswer>;
    outcome(
      actor: Actor,
      id: string,
      body: z.output<typeof outcomeBody>,
    ): Promise<TaskAnswer | { readonly kind: "invalid"; readonly field: string; readonly message: string }>;
  };
};
