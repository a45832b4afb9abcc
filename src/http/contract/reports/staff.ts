/** The results of people at the follow-up desk. */
import { z } from "zod";
import { checkPeriod, maybe, name, period, readPeriod } from "../parts/query.ts";
import { type Answer, money, text } from "../parts/values.ts";
import { horizonOf } from "./horizon.ts";

export const staffQuery = z
  .strictObject({
    shop: maybe(name(100)).describe("Absent: all shops"),
    ...period,
    horizon: horizonOf(
      "How long a payment counts after a case became a person's, or was kept from people; absent: the attributionWindow of the campaign",
    ),
  })
  .superRefine(checkPeriod)
  .transform(readPeriod);

const share = z.number().nullable();

const arm = z.strictObject({
  cases: z.int().describe("Those whose time to pay is over"),
  paidCases: z.int().describe("Of these: an order was paid in time, and not refunded"),
  rate: share.describe("paidCases / cases"),
  open: z.int().describe("Those that still have time to pay"),
});

const effect = z.strictObject({
  difference: share.describe("Of the shares paid, within shop, campaign and shares held out; null: nothing to say yet"),
  low: share.describe("95%"),
  high: share,
  verdict: z
    .enum(["works", "harms", "cannot_tell", "not_measured"])
    .describe(
      "`cannot_tell`: fewer than 30 cases in an arm, an interval that holds zero, or sizes that the draw does not explain; `not_measured`: an arm is empty",
    ),
});

const perExtraCase = z.strictObject({
  amount: text,
  low: text.describe("95%"),
  high: text.nullable().describe("null: perhaps no case was won"),
});

/** The figures of a person, or of a person on one shift. */
const figures = {
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
};

export const staffAnswer = z.strictObject({
  items: z.array(
    z.strictObject({
      ...figures,
      hours: z
        .number()
        .nullable()
        .describe(
          "On shift in the period, by the shifts as they are now; null: no shifts, or shifts for other shops than the one that is asked for",
        ),
      wage: money.nullable().describe("hours × costPerHour; null: not known. Only admins see wages"),
      wagePerOrder: money.nullable().describe("wage / recoveredOrders"),
    }),
  ),
  shifts: z
    .array(
      z.strictObject({
        ...figures,
        shift: z
          .strictObject({ from: text.meta({ example: "22:00" }), to: text.meta({ example: "06:00" }), zone: text })
          .nullable()
          .describe("By the shifts as they are now; null: on no shift"),
      }),
    )
    .describe(
      "The same by the shift in which the person spoke to the buyer, recorded the promise, or got a task that has no contact so far",
    ),
  arms: z
    .strictObject({
      people: arm.describe("Left to a person, whether or not somebody took them"),
      reminders: arm.describe("Kept from people by `manual.holdout`"),
      nothing: arm.describe("Kept from people, and held out of the reminders by `holdout`"),
      notCompared: z.int().describe("Left to a person, and held out of the reminders"),
      peopleEffect: effect.describe("people − reminders"),
      remindersEffect: effect.describe("reminders − nothing"),
    })
    .describe("The cases that would be a person's, when they became one in the period"),
  wages: z
    .array(
      z.strictObject({
        currency: text,
        hours: z.number(),
        amount: text,
        recoveredOrders: z.int().describe("By the people with a wage in this currency"),
        perOrder: text.nullable(),
        perExtraCase: perExtraCase
          .nullable()
          .describe("By peopleEffect; null: it is not above zero, or a wage is not known or in another currency"),
      }),
    )
    .describe("The sums by currency. Only admins see wages: for others it is empty"),
});

export type StaffVerbs = {
  readonly staff: (query: z.output<typeof staffQuery>) => Promise<Answer<typeof staffAnswer>>;
};
