/** How the desk stands, for the one who leads it. */
import { z } from "zod";
import { type Answer, maybeInstant, text } from "../parts/values.ts";

export const deskState = z.strictObject({
  shops: z
    .array(
      z.strictObject({
        shop: text,
        unclaimed: z.int(),
        overdue: z.int().describe("Of the unclaimed ones: those of `GET /v1/tasks?overdue=true`"),
        claimed: z.int(),
        doneToday: z.int().describe("Those that ended since the day of the shop began"),
      }),
    )
    .describe("The shops with tasks"),
  people: z
    .array(
      z.strictObject({
        name: text,
        isStaff: z.boolean(),
        active: z.boolean().describe("Whether tasks are assigned to the person"),
        maxOpen: z
          .int()
          .nullable()
          .describe("No task is assigned to a person who has so many; null: not among the staff"),
        onUntil: maybeInstant.describe("The end of the shift; null: not on shift now"),
        claimed: z.int().describe("Tasks that the person has claimed"),
        assigned: z.int().describe("Tasks that were given to the person, who has not claimed them"),
        lastTouchAt: maybeInstant.describe("The last contact or outcome that the person recorded"),
      }),
    )
    .describe("The staff, and others who have a task"),
});

export type DeskStateVerbs = { readonly deskState: () => Promise<Answer<typeof deskState>> };
