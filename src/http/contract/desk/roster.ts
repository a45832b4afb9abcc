/** The staff of the follow-up desk, and their shifts. */
import { z } from "zod";
import { shiftListShape, staffListShape } from "../../../core/desk/roster.ts";
import { WEEKDAYS } from "../../../core/desk/shifts.ts";
import { type Answer, instant, money, text } from "../parts/values.ts";
import type { Actor } from "../pauses.ts";

const all = z.array(text).nullable().describe("null: all");

const member = z.strictObject({
  name: text.describe("As users and keys are named"),
  shops: all,
  languages: all,
  teams: z.array(text).describe("Named by `manual.team` of campaigns"),
  maxOpen: z.int().describe("No task is assigned to a person who has so many"),
  costPerHour: money.nullable().describe("Only admins see it"),
  active: z.boolean().describe("Whether tasks are assigned to the person"),
});

export const staffPage = z.strictObject({
  items: z.array(member),
  on: z
    .array(z.strictObject({ name: text, until: instant, openTasks: z.int() }))
    .describe("The active people who are on shift now, until when, and how many tasks they have"),
});
export const staffBody = z.strictObject({ items: staffListShape });

const shift = z.strictObject({
  person: text,
  weekdays: z.array(z.enum(WEEKDAYS)).describe("The days on which it begins"),
  from: text.meta({ example: "22:00" }),
  to: text.meta({ example: "06:00" }).describe("Before `from`: on the next day"),
  zone: text.meta({ example: "Asia/Shanghai" }),
});

export const shiftPage = z.strictObject({ items: z.array(shift) });
export const shiftBody = z.strictObject({ items: shiftListShape });

export type Versioned<Page> = { readonly version: number; readonly page: Page };
export type SavedList<Page> =
  | ({ readonly kind: "saved" } & Versioned<Page>)
  | { readonly kind: "moved"; readonly current: number }
  | {
      readonly kind: "invalid";
      readonly faults: readonly { readonly place: number; readonly field: string; readonly message: string }[];
    };

type StaffPage = Answer<typeof staffPage>;
type ShiftPage = Answer<typeof shiftPage>;
type Expects = (current: number) => boolean;

export type RosterVerbs = {
  readonly roster: {
    staff(): Promise<Versioned<StaffPage>>;
    putStaff(actor: Actor, items: z.output<typeof staffListShape>, expects: Expects): Promise<SavedList<StaffPage>>;
    shifts(): Promise<Versioned<ShiftPage>>;
    putShifts(actor: Actor, items: z.output<typeof shiftListShape>, expects: Expects): Promise<SavedList<ShiftPage>>;
  };
};
