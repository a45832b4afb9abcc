/**
 * When the steps of a campaign come for one order, as they are planned at its creation (docs/rules.md, rules 4, 5 and 10). A test holds it against
 * the planner. Times are ms after the creation; the clock of the buyer has no change to or from daylight-saving time.
 */
/** The parts of a campaign's form that say when. */
export type Timing = {
  readonly steps: readonly {
    readonly id: string;
    readonly at: { readonly afterCreated?: string | undefined; readonly beforeClose?: string | undefined };
    readonly channels: readonly string[];
  }[];
  readonly quietHours: "off" | { readonly from: string; readonly to: string } | null;
  readonly minAge: string;
  readonly minLead: string;
  readonly whenTight: "pull" | "skip";
};

const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export type Landing = {
  readonly step: string;
  readonly channels: readonly string[];
  /** Where the step asks for it. */
  readonly wanted: number;
  readonly at: number;
  /** null: it is sent. */
  readonly skip: "no_time" | "quiet_hours" | "superseded" | null;
  /** Why it is not at its wanted time; null: it is. */
  readonly moved: "tight" | "quiet" | null;
};
export type Quiet = { readonly from: number; readonly to: number };
/** `createdAt`: time of day, in ms. `closes`: ms after the creation. */
export type TypicalOrder = { readonly createdAt: number; readonly closes: number };

/** `1h30m` in ms. */
export function msOf(duration: string): number {
  const units: Readonly<Record<string, number>> = { d: DAY, h: HOUR, m: MINUTE, s: SECOND };
  return [...duration.matchAll(/(\d+)([dhms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 0),
    0,
  );
}

/** Times of day; null: no quiet hours. Without hours of its own the campaign has the shop's, by default these. */
export function quietOf({ quietHours }: Pick<Timing, "quietHours">): Quiet | null {
  if (quietHours === "off") return null;
  const { from, to } = quietHours ?? { from: "22:00", to: "08:00" };
  const clock = (text: string) => {
    const [hours = 0, minutes = 0] = text.split(":").map(Number);
    return hours * HOUR + minutes * MINUTE;
  };
  return from === to ? null : { from: clock(from), to: clock(to) };
}

/** The quiet run that holds a time after the creation; null: it is not quiet. */
function runAt(quiet: Quiet | null, createdAt: number, at: number): Quiet | null {
  if (quiet === null) return null;
  const length = (quiet.to - quiet.from + DAY) % DAY;
  const gone = (((createdAt + at - quiet.from) % DAY) + DAY) % DAY;
  return gone < length ? { from: at - gone, to: at - gone + length } : null;
}

/** The quiet runs from the creation to the close. */
export function quietRuns(quiet: Quiet | null, { createdAt, closes }: TypicalOrder): Quiet[] {
  if (quiet === null) return [];
  const runs: Quiet[] = [];
  for (let from = quiet.from - createdAt - DAY; from < closes; from += DAY) {
    const to = from + ((quiet.to - quiet.from + DAY) % DAY);
    if (to > 0) runs.push({ from: Math.max(from, 0), to: Math.min(to, closes) });
  }
  return runs;
}

type Row = { -readonly [K in keyof Landing]: Landing[K] };

export function landings(form: Timing, order: TypicalOrder): Landing[] {
  const quiet = quietOf(form);
  const earliest = msOf(form.minAge);
  const latest = order.closes - msOf(form.minLead);
  const rows = form.steps.map(({ id, at: { afterCreated, beforeClose }, channels }): Row => {
    const wanted = afterCreated === undefined ? order.closes - msOf(beforeClose ?? "") : msOf(afterCreated);
    const row: Row = { step: id, channels, wanted, at: wanted, skip: null, moved: null };
    const tight = wanted < earliest || wanted > latest;
    if (earliest > latest || (tight && form.whenTight === "skip")) return { ...row, skip: "no_time" };
    if (tight) Object.assign(row, { at: Math.min(Math.max(wanted, earliest), latest), moved: "tight" });
    const run = runAt(quiet, order.createdAt, row.at);
    if (run === null) return row;
    const before = run.from - MINUTE;
    if (run.to <= latest) return { ...row, at: run.to, moved: "quiet" };
    if (before >= earliest && before >= 0) return { ...row, at: before, moved: "quiet" };
    return { ...row, skip: "quiet_hours" };
  });
  supersede(rows.filter(({ skip }) => skip === null));
  return rows;
}

/** Every send is in time for each other, since the order is one. */
function supersede(sends: readonly Row[]): void {
  for (let i = sends.length - 2; i >= 0; i--)
    for (let j = sends.length - 1; j > i; j--) {
      const [first, second] = [sends[i], sends[j]];
      if (!first || !second || first.skip !== null || second.skip !== null) continue;
      if (first.at < second.at) continue;
      const loser = second.moved !== null || (first.moved === null && first.at > second.at) ? second : first;
      loser.skip = "superseded";
    }
}
