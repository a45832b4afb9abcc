/** The staff and their shifts as people write them, over HTTP and in a file. */
import { z } from "zod";
import { currencyField, decimalField, localeField, textField, timeZoneField } from "../text/yaml-fields.ts";
import { parseTimeOfDay } from "../values/duration.ts";
import { ACTOR_NAMES, isActorName } from "../values/role.ts";
import { type Shift, WEEKDAYS } from "./shifts.ts";

/** So many open tasks a person has at most by assignment, unless `maxOpen` says otherwise. */
export const MAX_OPEN = 10;

export type StaffMember = {
  /** The name of a person who signs in, or of a key. */
  readonly name: string;
  /** null: all. */
  readonly shops: readonly string[] | null;
  /** Locales; null: all. */
  readonly languages: readonly string[] | null;
  readonly teams: readonly string[];
  readonly maxOpen: number;
  /** A decimal; null: not known. */
  readonly costPerHour: { readonly amount: string; readonly currency: string } | null;
  /** Whether tasks are assigned to the person. */
  readonly active: boolean;
};

const MAX_PEOPLE = 1_000;
const MAX_SHIFTS = 5_000;

const personField = textField.refine(isActorName, { error: ACTOR_NAMES });
const namesField = (max: number) => z.array(textField.max(max, `is longer than ${max} characters`)).max(100);
const notNone = "must name at least one: leave the key out for all";
const timeField = z
  .string({ error: 'must be a time of day like "22:00"' })
  .refine((text) => parseTimeOfDay(text) !== null, 'must be a time of day like "22:00"');

const memberShape = z.strictObject({
  name: personField,
  shops: namesField(100).min(1, notNone).nullish(),
  languages: z.array(localeField).max(100).min(1, notNone).nullish(),
  teams: namesField(60).nullish(),
  maxOpen: z.number().int("must be a whole number").min(0, "must not be negative").max(10_000).nullish(),
  costPerHour: z.strictObject({ amount: decimalField, currency: currencyField }).nullish(),
  active: z.boolean().optional(),
});

const shiftShape = z
  .strictObject({
    person: personField,
    weekdays: z.array(z.enum(WEEKDAYS)).min(1, "must name at least one day").max(7),
    from: timeField,
    to: timeField,
    zone: timeZoneField,
  })
  .refine(({ from, to }) => parseTimeOfDay(from) !== parseTimeOfDay(to), {
    error: "must not be the same as from: for a whole day take two shifts, like 00:00 to 12:00 and 12:00 to 00:00",
    path: ["to"],
  });

export const staffListShape = z.array(memberShape).max(MAX_PEOPLE).superRefine(noNameTwice);
export const shiftListShape = z.array(shiftShape).max(MAX_SHIFTS);

function noNameTwice(members: readonly { readonly name: string }[], context: z.core.$RefinementCtx): void {
  const seen = new Set<string>();
  for (const [place, { name }] of members.entries()) {
    if (seen.has(name)) context.addIssue({ code: "custom", path: [place, "name"], message: "is there twice" });
    seen.add(name);
  }
}

export const toStaff = (given: z.output<typeof staffListShape>): StaffMember[] =>
  given.map(({ name, shops, languages, teams, maxOpen, costPerHour, active }) => ({
    name,
    shops: shops ?? null,
    languages: languages ?? null,
    teams: teams ?? [],
    maxOpen: maxOpen ?? MAX_OPEN,
    costPerHour: costPerHour ?? null,
    active: active ?? true,
  }));

/** `field`: like `shops[1]`, in the row at `place`. */
export type RosterFault = { readonly place: number; readonly field: string; readonly message: string };

export type StaffFacts = {
  /** Names that may act: of people who sign in, and of valid keys, as operators or admins. */
  readonly workers: ReadonlySet<string>;
  /** Names that have shifts. */
  readonly onShifts: readonly string[];
  readonly isShop: (shop: string) => boolean;
};

/** Faults that only the installation can tell. One without a row has the place after the last. */
export function staffFaults(staff: readonly StaffMember[], { workers, onShifts, isShop }: StaffFacts): RosterFault[] {
  const rows = staff.flatMap(({ name, shops }, place): RosterFault[] => [
    ...(workers.has(name)
      ? []
      : [
          {
            place,
            field: "name",
            message: `nobody who may act on tasks is called ${JSON.stringify(name)}: add the person with the role operator first`,
          },
        ]),
    ...(shops ?? []).flatMap((shop, at) =>
      isShop(shop)
        ? []
        : [{ place, field: `shops[${at}]`, message: `${JSON.stringify(shop)} is no shop of dunlin.yaml` }],
    ),
  ]);
  const known = new Set(staff.map(({ name }) => name));
  const left = [...new Set(onShifts)].filter((name) => !known.has(name));
  return [
    ...rows,
    ...left.map((name) => ({
      place: staff.length,
      field: "name",
      message: `${JSON.stringify(name)} is missing and has shifts: remove the shifts first, or keep the person with active: false`,
    })),
  ];
}

export const shiftFaults = (shifts: readonly Shift[], staff: ReadonlySet<string>): RosterFault[] =>
  shifts.flatMap(({ person }, place) =>
    staff.has(person)
      ? []
      : [
          {
            place,
            field: "person",
            message: `${JSON.stringify(person)} is not among the staff: add the person there first`,
          },
        ],
  );
