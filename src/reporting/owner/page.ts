/**
 * The owner's page: what the reminders of the last 12 weeks brought, in one sentence, and what it rests on. The figures are those of the recovery
 * report over these weeks (recovery.ts says what each counts). A week begins on Monday, in the zone of each shop; the last one still runs. So the
 * interval of the whole is the one that may be looked at every day, and a week has it until the time to pay of its buyers is over.
 */
import { suggestedHoldout } from "../../core/measure/power.ts";
import { verdictOf as effectVerdict, MIN_ARM } from "../../core/measure/verdict.ts";
import { DAY } from "../../core/values/duration.ts";
import { dayOf, type When } from "../../core/values/when.ts";
import type { Sql } from "../../db/client.ts";
import { databaseNow } from "../../db/stores/intake/intake-store.ts";
import { firstExposureAt, readShopClocks } from "../../db/stores/reads/owner/owner-store.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { Figures } from "../figures.ts";
import { reportIn } from "../recovery.ts";
import { countsOf, readArms, zonesOf } from "../report/counts.ts";
import { addArm, type Effect, effectOf, isOpen, type Strata } from "../report/effect.ts";
import { readPeriod, type ZoneOf, type ZonePeriod } from "../report/period.ts";
import { shopsOf } from "../report/shops.ts";
import { type Doubt, doubtsOf } from "./doubts.ts";
import { type OrderCost, orderCosts } from "./order-cost.ts";
import { type NamedStratum, namedStrata } from "./strata.ts";

const WEEKS = 12;
const MONTH_DAYS = 30;

/**
 * `works`, `harms`: the interval is on one side of zero. `cannot_tell`: it holds zero, or the smaller arm has fewer than 30 buyers. `waiting`: the time to pay is over for no buyer yet.
 * `not_measured`: nobody can be compared. `no_data`: no reminder was due.
 */
export const VERDICTS = ["works", "harms", "cannot_tell", "waiting", "not_measured", "no_data"] as const;
export type Verdict = (typeof VERDICTS)[number];

export type Week = Pick<Effect, "treatedBuyers" | "holdoutBuyers" | "openBuyers" | "lift" | "liftLow" | "liftHigh"> & {
  /** The Monday, days since 1970-01-01. */
  readonly monday: number;
};

export type OwnerPage = {
  /** null: all shops. */
  readonly shop: string | null;
  /** In which the weeks are counted; UTC where the shops have several. */
  readonly zone: string;
  /** Epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly verdict: Verdict;
  readonly figures: Figures;
  /** With `cannot_tell`: about so many more cases would show an effect of this size, with 30 buyers in the smaller arm, and so many days at the pace of these weeks. */
  readonly needs: { readonly cases: number; readonly days: number } | null;
  /** The oldest first. */
  readonly weeks: readonly Week[];
  /** Those whose buyers cannot be compared, the largest first. */
  readonly unmeasured: readonly NamedStratum[];
  readonly orderCosts: readonly OrderCost[];
  readonly holdout: {
    readonly casesAMonth: number;
    readonly suggested: number;
    /** The shares held out in the last week that has buyers, rising. */
    readonly current: readonly number[];
  };
  readonly warnings: readonly Doubt[];
};

export type OwnerInput = {
  readonly shop?: string | null;
  /** The IANA zone of a shop. */
  readonly zoneOf: ZoneOf;
  /** Whether the shop is configured. */
  readonly isShop: (shop: string) => boolean;
  /** How far this machine's clock is ahead of the database's, ms; null: not known. */
  readonly skewMs: number | null;
};

/** null: the shop is not configured and has no orders. */
export function ownerPage(deps: { readonly sql: Sql }, input: OwnerInput): Promise<OwnerPage | null> {
  return inTransaction(deps.sql, (sql) => pageIn(sql, input), "isolation level repeatable read read only");
}

async function pageIn(sql: Sql, { shop = null, zoneOf, isShop, skewMs }: OwnerInput): Promise<OwnerPage | null> {
  const shops = await shopsOf(sql, shop, isShop);
  if (shops === null) return null;
  const now = await databaseNow(sql);
  const zone = onlyOf(shops.map(zoneOf)) ?? "UTC";
  const today = dayOf(now, zone);
  // Day 0 was a Thursday.
  const monday = today - ((today + 3) % 7);
  const first = monday - 7 * (WEEKS - 1);
  const report = await reportIn(sql, { by: [], from: dayAt(first), shop, zoneOf });
  const { zones } = report.period;
  const weeks: { readonly strata: Strata; readonly week: Week }[] = [];
  for (let at = first; at <= monday; at += 7) {
    const to = at === monday ? null : dayAt(at + 6);
    const strata = await armsIn(sql, (await readPeriod(sql, { from: dayAt(at), to }, zoneOf, shop)).zones);
    weeks.push({ strata, week: weekOf(at, strata, to === null) });
  }
  const figures = report.totals;
  const strata = namedStrata(report.strata);
  const verdict = verdictOf(figures);
  const month = { from: dayAt(today - MONTH_DAYS + 1), to: dayAt(today) };
  const casesAMonth = await casesIn(sql, (await readPeriod(sql, month, zoneOf, shop)).zones);
  const latest = weeks.findLast((week) => week.strata.size > 0)?.strata ?? new Map();
  return {
    shop,
    zone,
    from: report.period.from ?? now,
    to: now,
    verdict,
    figures,
    needs: verdict === "cannot_tell" ? needsOf(figures, now - ((await firstExposureAt(sql, zones)) ?? now)) : null,
    weeks: weeks.map(({ week }) => week),
    unmeasured: strata
      .filter(({ isMeasured, buyers }) => !isMeasured && buyers > 0)
      .sort((one, two) => two.buyers - one.buyers),
    orderCosts: orderCosts(figures, strata),
    holdout: {
      casesAMonth,
      suggested: suggestedHoldout(casesAMonth),
      current: [...new Set(namedStrata(latest).map(({ share }) => share))].sort((one, two) => one - two),
    },
    warnings: doubtsOf({
      skewed: report.warnings,
      heldOut: figures.lift === null ? null : figures.holdoutBuyers,
      strata,
      clocks: await readShopClocks(sql, shops),
      skewMs,
    }),
  };
}

const dayAt = (day: number): When => ({ kind: "day", day, relative: false, time: null });

function onlyOf(zones: readonly string[]): string | null {
  const [only, another] = new Set(zones);
  return only === undefined || another !== undefined ? null : only;
}

/** As the report counts them. */
async function casesIn(sql: Sql, windows: readonly ZonePeriod[]): Promise<number> {
  const rows = await countsOf(sql, { by: [], windows, zones: zonesOf(windows) });
  return rows.reduce((sum, { cases = 0 }) => sum + cases, 0);
}

async function armsIn(sql: Sql, windows: readonly ZonePeriod[]): Promise<Strata> {
  const strata: Strata = new Map();
  const input = { by: [], windows, zones: zonesOf(windows), horizon: null };
  for (const row of await (await readArms(sql, input)).buyers()) addArm(strata, row);
  return strata;
}

function weekOf(monday: number, strata: Strata, isRunning: boolean): Week {
  const { treatedBuyers, holdoutBuyers, openBuyers, lift, liftLow, liftHigh } = effectOf(
    strata,
    isRunning || isOpen(strata),
  );
  return { monday, treatedBuyers, holdoutBuyers, openBuyers, lift, liftLow, liftHigh };
}

function verdictOf({ treatedBuyers, holdoutBuyers, openBuyers, lift, liftLow, liftHigh }: Figures): Verdict {
  if (lift !== null && liftLow !== null && liftHigh !== null)
    return effectVerdict({ low: liftLow, high: liftHigh }, Math.min(treatedBuyers, holdoutBuyers));
  if (treatedBuyers + holdoutBuyers > 0) return "not_measured";
  return openBuyers > 0 ? "waiting" : "no_data";
}

/** `elapsedMs`: since the first buyer. */
function needsOf(figures: Figures, elapsedMs: number): OwnerPage["needs"] {
  const { moreBuyers, treatedBuyers, holdoutBuyers, openBuyers } = figures;
  const measured = treatedBuyers + holdoutBuyers;
  const smaller = Math.min(treatedBuyers, holdoutBuyers);
  const untilFull = smaller < MIN_ARM ? Math.ceil((measured * MIN_ARM) / smaller - measured) : 0;
  const cases = Math.max(moreBuyers ?? 0, untilFull);
  if (cases === 0) return null;
  return { cases, days: Math.ceil(cases / ((measured + openBuyers) / Math.max(1, elapsedMs / DAY))) };
}
