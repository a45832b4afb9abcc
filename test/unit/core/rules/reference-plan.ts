/**
 * A second planner, written from docs/rules.md alone (rules 3 to 10, skips of rules 11 and 12, and the promises and the hand-back of rule 16). It is as plain as can be: it finds
 * quiet hours by reading the wall clock minute by minute. It is slow and needs times on whole minutes. The tests compare the real
 * planner with it.
 */
import { DateTime } from "luxon";
import type { PlanOrder } from "../../../../src/core/rules/anchor.ts";
import type { PlanFacts } from "../../../../src/core/rules/plan.ts";
import { MINUTE } from "../../../../src/core/values/duration.ts";
import type { Step } from "../../../../src/core/values/policy.ts";

export type ReferenceRow = { step: string; at: number; kind: "send" | "skip"; reason: string | null; orders: string[] };

type Row = ReferenceRow & { r: number; hi: number; moved: boolean };

export const referencePlan = (facts: PlanFacts): ReferenceRow[] => planAll(facts).map(plain);

const plain = ({ step, at, kind, reason, orders }: Row): ReferenceRow => ({ step, at, kind, reason, orders });

function planAll(facts: PlanFacts): Row[] {
  const rows = facts.campaign.steps.flatMap((step) => planOne(facts, step) ?? []);
  const sends = rows.filter(({ kind }) => kind === "send");
  const superseded = new Set<Row>();
  for (const i of sends.slice(0, -1).reverse())
    for (const j of sends.slice(sends.indexOf(i) + 1).reverse()) {
      if (superseded.has(i) || superseded.has(j) || i.at < j.at || i.at > j.hi) continue;
      const loser = j.moved ? j : !i.moved && i.at > j.at ? j : i;
      superseded.add(loser);
    }
  for (const row of superseded) [row.kind, row.reason] = ["skip", "superseded"];
  return rows;
}

/**
 * Rule 16: a case that goes back to the reminders at `back` is planned then, with the orders that are still open, as if they had been reported then. Skips that
 * are due are decided, and it is planned again for the orders that they did not settle: those that were due before together, each other one by itself.
 */
export function handedBackPlan(facts: PlanFacts, back: number): { skipped: ReferenceRow[]; planned: ReferenceRow[] } {
  const open = facts.orders.filter(({ closesAt }) => closesAt === null || back < closesAt);
  let orders = open.map((order) => ({ ...order, reportedAt: back }));
  const skipped: ReferenceRow[] = [];
  for (;;) {
    const rows = planAll({ ...facts, now: back, orders });
    const due = rows.filter(({ kind, at }) => kind === "skip" && at <= back);
    if (due.length === 0) return { skipped, planned: rows.map(plain) };
    const late = due.filter(({ at }) => at < back);
    for (const row of late.length > 0 ? late : due.slice(0, 1)) {
      skipped.push(plain(row));
      orders = orders.map((order) => settledBy(facts, row, order, back));
    }
  }
}

/** Rule 12, of a skip that is decided at `t`. */
function settledBy<Order extends PlanOrder>({ campaign }: PlanFacts, row: Row, order: Order, t: number): Order {
  const step = campaign.steps.find(({ id }) => id === row.step);
  const time = step === undefined || !row.orders.includes(order.id) ? null : own(step, order);
  if (time === null || time > Math.max(t, row.r)) return order;
  return { ...order, settled: { ...order.settled, [`${campaign.key}/${row.step}`]: time } };
}

const own = (step: Step, order: PlanOrder): number | null =>
  step.at.kind === "afterCreated"
    ? order.createdAt + step.at.ms
    : order.closesAt === null
      ? null
      : order.closesAt - step.at.ms;

function planOne(facts: PlanFacts, step: Step): Row | null {
  const { campaign, now } = facts;
  const owed = facts.orders.filter((order) => {
    const time = own(step, order);
    const settled = order.settled[`${campaign.key}/${step.id}`];
    return time !== null && (settled === undefined || time - settled > campaign.repeatAfter);
  });
  if (owed.length === 0) return null;
  const created = owed.map(({ createdAt }) => createdAt);
  const close = Math.min(...owed.map(({ closesAt }) => closesAt ?? Infinity));
  const hi = close - campaign.minLead;
  const [oldest, newest, d] = [Math.min(...created), Math.max(...created), step.at.ms];
  const closingFirst = owed.filter(({ closesAt }) => closesAt === close).map(({ createdAt }) => createdAt);
  const after = step.at.kind === "afterCreated";
  const r = after ? Math.min(newest + d, oldest + 2 * d) : close - d;
  const lo = (after ? oldest : Math.min(...closingFirst)) + campaign.minAge;
  const base = { step: step.id, orders: owed.map(({ id }) => id), r, hi };
  const skip = (reason: string, at: number): Row => ({ ...base, at, kind: "skip", reason, moved: false });

  let t = r;
  if (lo > hi) return skip("no_time", r);
  if (r < lo || r > hi) {
    if (campaign.whenTight === "skip") return skip("no_time", r);
    t = r < lo ? lo : hi;
  }
  const five = quiet(facts, t, lo, hi);
  if (five.skip) return skip("quiet_hours", five.at);
  const afterFive = five.at;
  t = afterFive;
  if (t < now) {
    const reported = Math.max(...owed.map(({ reportedAt }) => reportedAt));
    if (now > hi) return skip("no_time", t);
    if (reported - t > campaign.staleAfter) return skip("stale", t);
    const again = quiet(facts, Math.max(now, Math.min(reported + campaign.minAge, hi)), lo, hi);
    if (again.skip) return skip("quiet_hours", again.at);
    t = again.at;
  }
  let settledAt = afterFive;
  if (facts.promisedAt !== null && t < facts.promisedAt) {
    if (facts.promisedAt > hi) return skip("promised", t);
    t = facts.promisedAt;
    while (isQuietAt(facts, t)) t += MINUTE;
    if (t > hi) return skip("quiet_hours", facts.promisedAt);
    settledAt = t;
  }
  const contact = facts.contactFor(step);
  if (contact !== "usable")
    return skip(contact === "suppressed" ? "suppressed" : "no_contact", Math.min(hi, settledAt + campaign.staleAfter));
  if (campaign.paidSilence !== null && facts.paidAt !== null && t < facts.paidAt + campaign.paidSilence)
    return skip("paid_other_order", t);
  const same = facts.sends.filter((send) => send.campaign === campaign.key && send.step === step.id);
  if (same.some(({ at }) => t < at + campaign.repeatAfter)) return skip("recent", t);
  const last = Math.max(...facts.sends.map(({ at }) => at), -Infinity);
  if (t - last < campaign.limits.gap) {
    const free = last + campaign.limits.gap;
    if (free > hi || isQuietAt(facts, free)) return skip("gap", t);
    t = free;
  }
  return { ...base, at: t, kind: "send", reason: null, moved: t !== r };
}

export function isQuietAt({ quiet, zone }: Pick<PlanFacts, "quiet" | "zone">, at: number): boolean {
  if (quiet === null || quiet.from === quiet.to) return false;
  const time = onTheWall(zone, at);
  return quiet.from < quiet.to ? quiet.from <= time && time < quiet.to : time >= quiet.from || time < quiet.to;
}

const seen = new Map<string, Map<number, number>>();

function onTheWall(zone: string, at: number): number {
  const known = seen.get(zone) ?? new Map<number, number>();
  seen.set(zone, known);
  let time = known.get(at);
  if (time === undefined) {
    const wall = DateTime.fromMillis(at, { zone });
    time = (wall.hour * 60 + wall.minute) * MINUTE + wall.second * 1000 + wall.millisecond;
    known.set(at, time);
  }
  return time;
}

function quiet(facts: PlanFacts, t: number, lo: number, hi: number): { at: number; skip: boolean } {
  if (!isQuietAt(facts, t)) return { at: t, skip: false };
  let end = t;
  while (isQuietAt(facts, end)) end += MINUTE;
  if (end <= hi) return { at: end, skip: false };
  let start = t;
  while (isQuietAt(facts, start - MINUTE)) start -= MINUTE;
  const before = start - MINUTE;
  return before >= lo && before >= facts.now ? { at: before, skip: false } : { at: t, skip: true };
}
