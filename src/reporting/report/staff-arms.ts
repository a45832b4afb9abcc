/** People against reminders alone, and reminders against nothing (core/measure/people.ts). */
import {
  type CaseArm,
  compareDesk,
  DESK_ARMS,
  type DeskComparison,
  type DeskStratum,
  NO_CASES,
  sumOfCases,
} from "../../core/measure/people.ts";
import type { StaffArmRow } from "../../db/stores/reads/report/staff-arms.ts";

export type ArmResult = {
  /** Those whose time to pay is over, those of them that paid, and their share. */
  readonly cases: number;
  readonly paidCases: number;
  readonly rate: number | null;
  /** Those that still have time to pay. */
  readonly open: number;
};

export type StaffArms = {
  readonly people: ArmResult;
  readonly reminders: ArmResult;
  readonly nothing: ArmResult;
  /** Cases of people whose buyers get no reminders: nobody is like them but for the person. */
  readonly notCompared: number;
  readonly peopleEffect: DeskComparison;
  readonly remindersEffect: DeskComparison;
};

/** `running`: further cases may come. */
export function staffArmsOf(rows: readonly StaffArmRow[], running: boolean): StaffArms {
  const strata = new Map<string, DeskStratum>();
  for (const row of rows) {
    const name = row.kept ? (row.held ? "nothing" : "reminders") : "people";
    if (name === "people" && row.held) continue;
    const empty = { share: row.share, people: NO_CASES, reminders: NO_CASES, nothing: NO_CASES };
    strata.set(row.stratum, { ...(strata.get(row.stratum) ?? empty), [name]: row });
  }
  const all = [...strata.values()];
  const [people, reminders, nothing] = DESK_ARMS.map((name) =>
    all.map((each) => each[name]).reduce(sumOfCases, NO_CASES),
  );
  const isOpen = running || rows.some(({ open }) => open > 0);
  return {
    people: resultOf(people),
    reminders: resultOf(reminders),
    nothing: resultOf(nothing),
    notCompared: rows.reduce((sum, { kept, held, m, open }) => (held && !kept ? sum + m + open : sum), 0),
    peopleEffect: compareDesk(all, "people", "reminders", isOpen),
    remindersEffect: compareDesk(all, "reminders", "nothing", isOpen),
  };
}

const resultOf = ({ m, s, open }: CaseArm = NO_CASES): ArmResult => ({
  cases: m,
  paidCases: s,
  rate: m === 0 ? null : s / m,
  open,
});
