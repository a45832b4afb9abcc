/** Whether the reminders have a case, or a person (docs/rules.md, rule 16). Instants are epoch ms. */
import type { Campaign } from "../values/policy.ts";
import { KEPT } from "./words.ts";

/** A case that its campaign left to a person, or had left until it was handed back (rule 16). Replaced, never changed. */
export type PersonsCase = {
  readonly since: number;
  /** When it goes back to the reminders, or went; null: never. */
  readonly backAt: number | null;
  readonly isBack: boolean;
  /** It is one because the buyer has no contact. Absent: because of the amount or the tier. */
  readonly why?: "no_contact";
};

/** Why a campaign leaves a case to a person. */
export type PersonsWhy = "high_value" | "no_contact";

/** Somebody of the staff has the case, whatever its campaign says (rule 16). The desk begins and ends it. Replaced, never changed. */
export type Hold = {
  /** KEPT: they keep it. */
  readonly until: number;
  /** The case was handed back at that time. */
  readonly isOver: boolean;
};

/** Both parts of a case. `hold` null: nobody ever had it. */
type Persons = { readonly manual: PersonsCase | null; readonly hold: Hold | null };

/** Whether its campaign leaves the case to a person now. */
export const isManual = ({ manual }: Pick<Persons, "manual">): boolean => manual !== null && !manual.isBack;

export const isHeld = ({ hold }: Pick<Persons, "hold">): boolean => hold !== null && !hold.isOver;

/** Whether a person takes care of the case now: no message of it goes out. */
export const isPersons = (open: Persons): boolean => isManual(open) || isHeld(open);

/**
 * Rule 16: whether the campaign leaves the case to a person, and until when. It does so only once. `applies`: the condition of `manual` that holds now; null: none does.
 */
export function assigned(
  { manual: known, hold }: Persons,
  { manual }: Pick<Campaign, "manual">,
  applies: PersonsWhy | null,
  now: number,
): PersonsCase | null {
  if (known?.isBack === true || (known === null && applies === null)) return known;
  // The buyer can be written to now. Somebody who holds the case keeps it until the hold ends.
  if (known?.why === "no_contact" && applies === null) return { ...known, backAt: now, isBack: true };
  const isUnreached = applies !== "high_value" && (known === null || known.why === "no_contact");
  const since = known?.since ?? now;
  const own =
    manual === null ? (known?.backAt ?? null) : manual.handBackAfter === null ? null : since + manual.handBackAfter;
  const backAt = own === null || hold?.until === KEPT ? null : Math.max(own, hold?.until ?? 0);
  if (known !== null && known.backAt === backAt && (known.why === "no_contact") === isUnreached) return known;
  // A new version of the campaign may hand back what it would have handed back before, and so may somebody who lets it go.
  const until = backAt === null ? null : Math.max(backAt, now);
  return { since, backAt: until, isBack: false, ...(isUnreached ? { why: "no_contact" } : {}) };
}

/** When a part of a person in the case ends next; null: none does by itself. */
export function handBackAt({ manual, hold }: Persons): number | null {
  const manualEnds = manual === null || manual.isBack ? null : manual.backAt;
  const holdEnds = hold === null || hold.isOver || hold.until === KEPT ? null : hold.until;
  if (manualEnds === null || holdEnds === null) return manualEnds ?? holdEnds;
  return Math.min(manualEnds, holdEnds);
}

/** Without the parts that have ended by this time. */
export function endedBy({ manual, hold }: Persons, at: number): Persons {
  const isBack = manual !== null && !manual.isBack && manual.backAt !== null && manual.backAt <= at;
  const isOver = hold !== null && !hold.isOver && hold.until <= at;
  return { manual: isBack ? { ...manual, isBack } : manual, hold: isOver ? { ...hold, isOver } : hold };
}

/** When the case was last handed back; 0: never. Its orders are planned as if they had been reported then. */
export const handedBackAt = ({ manual, hold }: Persons): number =>
  Math.max(manual?.isBack === true ? (manual.backAt ?? 0) : 0, hold?.isOver === true ? hold.until : 0);

/** A case that was handed back is not a person's again; else one that is not for want of a contact, else the first. */
export function mergedManual(a: PersonsCase | null, b: PersonsCase | null): PersonsCase | null {
  if (a === null || b === null) return a ?? b;
  if (a.isBack !== b.isBack) return a.isBack ? a : b;
  if (a.isBack) return (a.backAt ?? 0) >= (b.backAt ?? 0) ? a : b;
  if (a.why !== b.why) return a.why === undefined ? a : b;
  return a.since <= b.since ? a : b;
}

/** Nobody loses a case: the hold that ends last counts, and one that is over only without another. */
export function mergedHold(a: Hold | null, b: Hold | null): Hold | null {
  if (a === null || b === null) return a ?? b;
  if (a.isOver !== b.isOver) return a.isOver ? b : a;
  return a.until >= b.until ? a : b;
}
