/**
 * Part `truth`: shops whose buyers answer to reminders with a known effect, lived through by the planner. How often does the interval of the report
 * cover the truth, and how far is the plain recovery rate from it?
 */
import type { Interval } from "../../src/core/measure/lift.ts";
import { verdictOf } from "../../src/core/measure/verdict.ts";
import { LIVES, type Look, liveThrough } from "../../test/support/lives.ts";
import type { Part } from "../harness/part.ts";
import type { Bench } from "../harness/servers.ts";

type TruthRow = {
  readonly life: string;
  readonly effect: number;
  readonly shops: number;
  /** Shares of the shops. */
  readonly covered: number;
  /** Shops with no effect whose verdict is *works* or *harms*. */
  readonly falseAlarms: number | null;
  readonly runningAlarms: number | null;
  /** The mean over the shops. */
  readonly lift: number;
  readonly plainRate: number;
};

const EFFECTS = [0, 0.05, 0.15, -0.03];
const HELD = [0.05, 0.1, 0.2];
const BUYERS = 200;

const covers = ({ low, high }: Interval, truth: number) => low <= truth && truth <= high;

/** With so many buyers every shop holds enough of them out for a verdict. */
const MANY_BUYERS = 1_000;

const shapes = () =>
  Object.entries(LIVES).flatMap(([name, life]) => [
    { name, life, buyers: BUYERS, effects: life.truth === null ? [0] : EFFECTS },
    { name: `${name}, 1,000 buyers`, life, buyers: MANY_BUYERS, effects: [0] },
  ]);

export const truth: Part<readonly TruthRow[]> = {
  name: "truth",
  run,
  lines: (rows) => rows.map((row) => ({ what: "truth", against: describeTruth(row) })),
};

async function run(bench: Bench): Promise<readonly TruthRow[]> {
  const rows: TruthRow[] = [];
  // Each row has other shops, so that one odd sample is not seen in several rows.
  let seed = 0;
  for (const { name, life, buyers, effects } of shapes())
    for (const effect of effects) {
      const real = effect * (life.truth ?? 1);
      // False alarms are rare, so it takes more shops to tell 5% from 6%.
      const shops = (bench.quick ? 60 : 1_000) * (effect === 0 && buyers === BUYERS ? 4 : 1);
      const sum = { shops: 0, covered: 0, alarms: 0, runningAlarms: 0, lift: 0, plainRate: 0 };
      for (let n = 0; n < shops; n++) {
        const looks: Look[] = [];
        const held = HELD[n % HELD.length] ?? 0.1;
        const found = liveThrough(life, { effect, held, buyers }, seed++, looks);
        if (found === null) continue;
        sum.shops++;
        sum.lift += found.lift;
        sum.plainRate += found.plainRate;
        if (covers(found.fixed, real)) sum.covered++;
        if (verdictOf(found.fixed, found.smaller) !== "cannot_tell") sum.alarms++;
        if (looks.some((look) => verdictOf(look, look.smaller) !== "cannot_tell")) sum.runningAlarms++;
      }
      const share = (count: number) => count / sum.shops;
      const row: TruthRow = {
        life: name,
        effect: real,
        shops: sum.shops,
        covered: share(sum.covered),
        falseAlarms: effect === 0 ? share(sum.alarms) : null,
        runningAlarms: effect === 0 ? share(sum.runningAlarms) : null,
        lift: share(sum.lift),
        plainRate: share(sum.plainRate),
      };
      bench.note(describeTruth(row));
      rows.push(row);
    }
  return rows;
}

const percent = (value: number) => `${(100 * value).toFixed(1)}%`;

/** The standard error of a share. */
const errorOf = (share: number, of: number) => Math.sqrt((share * (1 - share)) / of);

const describeTruth = (row: TruthRow): string =>
  `${row.life}, true ${percent(row.effect)}: lift ${percent(row.lift)}, covered ${percent(row.covered)}` +
  `${row.falseAlarms === null ? "" : `, false alarms ${percent(row.falseAlarms)} ± ${percent(errorOf(row.falseAlarms, row.shops))} (${percent(row.runningAlarms ?? 0)} over ten looks)`}` +
  `, plain recovery rate ${percent(row.plainRate)}, ${row.shops} shops`;
