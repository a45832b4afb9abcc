/**
 * The recovery report: how many orders were seen unpaid, what was sent, what came back, what it cost, and what the reminders
 * caused. What each figure counts, with [from, to) on both sides of it:
 *
 * - `orders`: orders told while unpaid and that somebody may chase, by when they were created. Not: cash on delivery, and what was
 *   paid or closed before it was told. `cases`: theirs, by when they opened.
 * - `planned`: reminders, by when they were decided (while planned: by when they are due). Each is one of `sent` (a provider took
 *   it), `cancelled` (reason paid, closed, refunded or excluded: what became of the order), `skipped` (any other reason) or
 *   `pending` (planned, or being sent). So planned = sent + skipped + cancelled + pending. What hangs on a reminder is counted at
 *   its time and in its row:
 * - `delivered`: sent ones whose delivery a receipt confirmed. `segments`, `cost`: of the deliveries that stand for them.
 * - `remindedOrders`: orders named by sent reminders. `recoveredOrders`, `recoveredAmount`: orders credited to them (table
 *   `recoveries`: once an order, to the last one before payment, in its window, not refunded). `medianTimeToPay`: from that
 *   reminder to the payment.
 * - `holdoutOrders`, `treatedOrders`: orders by their first decision in the window that was either a send (whatever became of it, also
 *   if it waited for room under its channel's rate and was never made: by intention to treat) or the `holdout` that stood for one. The rates: how many of them are paid by now and not refunded. Only
 *   campaigns that held out somebody in the window are compared; where none did, all count as treated and there is no lift.
 *
 * Everything sums over the rows to the totals, but for: `remindedOrders` (an order reminded by two steps is in both rows, once in
 * the totals) and, grouped by step, channel, template or variant, `orders` and `cases` (those of the row's reminders, each once).
 * Ratios are null when there is nothing to divide by.
 */
import type { Sql } from "../db/client.ts";
import { DIMENSIONS, type Dimension, needsReminders, type ReportInput } from "../db/stores/reads/report-keys.ts";
import {
  countArms,
  countCases,
  countOrders,
  countReminded,
  countReminders,
  giveRoom,
  type Keys,
  shopsSeen,
  sumRecoveries,
} from "../db/stores/reads/report-store.ts";
import { inTransaction } from "../db/transaction.ts";
import { add, COUNTS, type Draft, emptyDraft, FIGURES, type Figures, figuresOf, sumOf } from "./figures.ts";

export { DIMENSIONS, type Dimension, type Figures };

export type ReportRow = Figures & { readonly keys: Readonly<Partial<Record<Dimension, string | null>>> };

export type RecoveryReport = {
  readonly by: readonly Dimension[];
  readonly from: number | null;
  readonly to: number | null;
  /** The dimensions, then the figures. */
  readonly columns: readonly (Dimension | keyof Figures)[];
  /** Sorted by their keys, null last; without dimensions one row, equal to the totals. */
  readonly rows: readonly ReportRow[];
  readonly totals: Figures;
};

export type RecoveryInput = {
  readonly by: readonly Dimension[];
  readonly from: number | null;
  readonly to: number | null;
  /** IANA zone of a shop, for its days and hours (UTC). */
  readonly zoneOf?: (shop: string) => string;
};

export function recoveryReport(deps: { readonly sql: Sql }, input: RecoveryInput): Promise<RecoveryReport> {
  return inTransaction(deps.sql, (sql) => reportIn(sql, input), "isolation level repeatable read read only");
}

async function reportIn(sql: Sql, input: RecoveryInput): Promise<RecoveryReport> {
  const by = [...new Set(input.by)];
  const window = { from: input.from, to: input.to };
  await giveRoom(sql);
  const shops = by.includes("day") || by.includes("hour") ? await shopsSeen(sql) : [];
  const zones = shops.map((shop) => [shop, input.zoneOf?.(shop) ?? "UTC"] as const);
  const report = { ...window, by, zones };
  const drafts = await drafted(sql, report);
  const rows = [...drafts.byKey].map(([key, draft]) => ({ keys: keysOf(by, key), ...figuresOf(draft) }));
  rows.sort((one, two) => compareKeys(by, one.keys, two.keys));
  const totals = await totalsOf(sql, report, drafts);
  return { ...window, by, columns: [...by, ...FIGURES], rows, totals };
}

type Drafts = {
  readonly byKey: ReadonlyMap<string, Draft>;
  /** Of all rows together, as far as that is no sum: orders reminded and the median. */
  readonly total: Draft;
};

async function drafted(sql: Sql, input: ReportInput): Promise<Drafts> {
  const byKey = new Map<string, Draft>();
  const of = (row: Keys): Draft => {
    const key = JSON.stringify(input.by.map((_, i) => row[`k${i}`] ?? null));
    const draft = byKey.get(key) ?? emptyDraft();
    byKey.set(key, draft);
    return draft;
  };
  const total = input.by.length === 0 ? of({}) : emptyDraft();
  for (const row of await countOrders(sql, input)) of(row).orders = row.n;
  for (const row of await countCases(sql, input)) of(row).cases = row.n;
  for (const row of await countReminders(sql, input)) {
    const draft = of(row);
    for (const name of COUNTS) draft[name] += row[name];
    if (row.cost_currency !== null) add(draft.costs, row.cost_currency, row.cost_micros);
  }
  for (const row of await countReminded(sql, input)) (row.total ? total : of(row)).reminded = row.n;
  for (const row of await sumRecoveries(sql, input)) {
    const draft = row.total ? total : of(row);
    if (row.currency === null) draft.median = row.ms;
    else {
      draft.recovered += row.n;
      add(draft.amounts, row.currency, row.amount);
    }
  }
  for (const { held, orders, paid, ...row } of await countArms(sql, input)) {
    of(row)[held ? "held" : "treated"] = { orders, paid };
  }
  return { byKey, total };
}

/** The totals: sums, but for what must be counted anew lest it be counted twice. */
async function totalsOf(sql: Sql, input: ReportInput, { byKey, total }: Drafts): Promise<Figures> {
  const sum = sumOf(byKey.values());
  if (needsReminders(input.by)) {
    const all: ReportInput = { ...input, by: [] };
    sum.orders = (await countOrders(sql, all))[0]?.n ?? 0;
    sum.cases = (await countCases(sql, all))[0]?.n ?? 0;
  }
  return figuresOf({ ...sum, reminded: total.reminded, median: total.median });
}

function keysOf(by: readonly Dimension[], key: string): ReportRow["keys"] {
  const values: (string | null)[] = JSON.parse(key);
  return Object.fromEntries(by.map((dimension, i) => [dimension, values[i] ?? null]));
}

function compareKeys(by: readonly Dimension[], a: ReportRow["keys"], b: ReportRow["keys"]): number {
  for (const dimension of by) {
    const one = a[dimension] ?? null;
    const two = b[dimension] ?? null;
    if (one === two) continue;
    if (one === null || two === null) return one === null ? 1 : -1;
    return one < two ? -1 : 1;
  }
  return 0;
}
