import { describe, expect, it } from "vitest";
import { decimalCost } from "../../../src/core/values/money.ts";
import { figures as contractFigures } from "../../../src/http/contract/reports.ts";
import { type Draft, emptyDraft, FIGURES, figuresOf } from "../../../src/reporting/figures.ts";
import { reportCsv, reportJson } from "../../../src/reporting/format-report.ts";
import type { RecoveryReport } from "../../../src/reporting/recovery.ts";
import type { Strata } from "../../../src/reporting/report/effect.ts";
import { liftSentence } from "../../../src/reporting/report/lift-words.ts";
import type { Period } from "../../../src/reporting/report/period.ts";
import { headingOf, reportTable } from "../../../src/reporting/report/table.ts";
import { csvText, displayWidth, textTable } from "../../../src/reporting/text-table.ts";

type Arm = { readonly buyers: number; readonly paid: number };

/** One order of 10.00 a buyer. */
const strataOf = (treated: Arm, held: Arm, share = 0.5): Strata => {
  const arm = ({ buyers, paid }: Arm) => ({
    ...{ buyers, paid, open: 0, m: buyers, s: paid, mm: buyers, ss: paid, ms: paid },
    money: new Map([["CNY", { stake: 1000 * buyers, got: 1000 * paid, squares: 1_000_000 * buyers }]]),
  });
  return new Map([["all", { share, treated: arm(treated), held: arm(held) }]]);
};
const figures = (change: Partial<Draft> = {}) => figuresOf({ ...emptyDraft(), ...change }, { running: false });
const some = figures({
  orders: 1234,
  sent: 10,
  planned: 10,
  reminded: 8,
  recovered: 2,
  median: 750_000,
  amounts: new Map([
    ["USD", 500n],
    ["CNY", 12_900n],
  ]),
  costs: new Map([["CNY", 135_000]]),
  strata: strataOf({ buyers: 10, paid: 3 }, { buyers: 10, paid: 9 }),
});
const SHANGHAI = "Asia/Shanghai";
const at = (text: string) => Date.parse(text);
const periodOf = (from: number | null, to: number | null, zone = SHANGHAI): Period => ({
  zones: [{ zone, shops: ["acme"], from, to }],
  windows: [],
  from,
  to,
});
const report = (campaign: string): RecoveryReport => ({
  by: ["campaign", "step"],
  period: periodOf(at("2026-11-10T20:00:00+08:00"), null),
  columns: ["campaign", "step", ...FIGURES],
  rows: [{ keys: { campaign, step: null }, ...some }],
  totals: some,
  strata: new Map(),
  previous: null,
  variants: [],
  warnings: [],
});

describe("writing the report", () => {
  it("writes decimal strings, durations and fractions for programs", () => {
    const json = reportJson(report("d11"));
    const since = { from: "2026-11-10T20:00:00+08:00", to: null };
    expect(json).toMatchObject({ ...since, by: ["campaign", "step"], zone: SHANGHAI });
    expect(json.periods).toEqual([{ zone: SHANGHAI, shops: ["acme"], ...since }]);
    expect(json.rows[0]).toMatchObject({ campaign: "d11", step: null, orders: 1234, recoveryRate: 0.25, roi: null });
    expect(json.rows[0]?.roiByCurrency).toEqual([{ roi: 129 / 0.135, currency: "CNY" }]);
    expect(json.totals).toMatchObject({
      recoveredAmount: [
        { amount: "129.00", currency: "CNY" },
        { amount: "5.00", currency: "USD" },
      ],
      cost: [{ amount: "0.135", currency: "CNY" }],
      medianTimeToPay: "12m30s",
    });
    expect(Object.keys(json.totals)).toEqual(FIGURES);
  });

  it("writes prices below the smallest coin exactly, and never with fewer decimals than the currency has", () => {
    const amount = (micros: number, currency: string) => decimalCost({ micros, currency }).amount;
    expect(amount(135_000, "CNY")).toBe("0.135");
    expect(amount(49_500_000, "CNY")).toBe("49.50");
    expect(amount(0, "CNY")).toBe("0.00");
    expect(amount(7_000_000, "JPY")).toBe("7");
    expect(amount(7_500_001, "JPY")).toBe("7.500001");
    expect(amount(1, "KWD")).toBe("0.000001");
  });

  it("writes RFC 4180 without formulas for spreadsheets, and keeps negative figures numeric", () => {
    const [header, line, , end] = reportCsv(report('=cmd|"x", y')).split("\r\n");
    expect(header?.startsWith("\ufeffcampaign,step,orders,cases,planned,sent,")).toBe(true);
    expect(line?.startsWith('"\'=cmd|""x"", y",,1234,0,10,10,')).toBe(true);
    expect(line).toContain(",-0.6,");
    expect(end).toBe("");
    for (const evil of ["=1", "+1", "-1", "@x", "\tx", "\rx"]) expect(csvText(evil)).toMatch(/^"?'/);
    for (const plain of ["a", "2026-11-10", "促销", ""]) expect(csvText(plain)).toBe(plain);
    expect(csvText("a\nb")).toBe('"a\nb"');
  });

  it("writes a line for each currency, so that every column of the CSV can be summed", () => {
    const cellsOf = (csv: string) =>
      csv
        .replace(/^\ufeff/, "")
        .trimEnd()
        .split("\r\n")
        .map((line) => line.split(","));
    const [header = [], ...lines] = cellsOf(reportCsv(report("d11")));
    const of = (name: string) => lines.map((cells) => cells[header.indexOf(name)]);
    expect(header).not.toContain("roiByCurrency");
    expect(header.indexOf("recoveredAmount") - header.indexOf("currency")).toBe(1);
    expect(of("campaign")).toEqual(["d11", "d11"]);
    expect(of("currency")).toEqual(["CNY", "USD"]);
    expect(of("recoveredAmount")).toEqual(["129.00", "5.00"]);
    expect(of("cost")).toEqual(["0.135", ""]);
    expect(of("roi")).toEqual(["955.555556", ""]);
    expect(of("medianTimeToPay")).toEqual(["750", ""]);
    expect(of("orders")).toEqual(["1234", ""]);
    expect(of("lift")).toEqual(["-0.6", ""]);
    const [, , , ...totals] = cellsOf(reportCsv(report("d11"), { totals: true }));
    expect(totals.map((cells) => [cells[0], cells[1], cells[header.indexOf("currency")]])).toEqual([
      ["total", "", "CNY"],
      ["total", "", "USD"],
    ]);
    const whole = { ...report(""), by: [], columns: [...FIGURES], rows: [{ keys: {}, ...some }] };
    expect(cellsOf(reportCsv(whole, { totals: true }))).toHaveLength(3);
    expect(cellsOf(reportCsv({ ...whole, rows: [{ keys: {}, ...figures() }] }))).toHaveLength(2);
  });

  it("aligns columns by their width in a terminal", () => {
    expect(["abc", "双十一", "é", "e\u0301", "한국", "👍"].map(displayWidth)).toEqual([3, 6, 1, 1, 4, 2]);
    const table = textTable(
      [
        { title: "name", align: "left" },
        { title: "n", align: "right" },
      ],
      [
        ["双十一", "1"],
        ["x\u001b[31m", "1,000"],
      ],
    );
    const widths = table.trimEnd().split("\n").map(displayWidth);
    expect(new Set(widths).size).toBe(1);
    expect(table).not.toContain("\u001b");
  });

  it("fits a terminal, with the totals below, and is a page without dimensions", () => {
    const lines = reportTable(report("双十一")).trimEnd().split("\n");
    expect(lines[0]).toBe("Recovery since 2026-11-10 20:00 (Asia/Shanghai)");
    expect(lines).toHaveLength(8);
    expect(lines[7]).toMatch(/^total .* 1,234 .* 25\.0% .* 129\.00 CNY \+ 5\.00 USD .* −60\.0 \(−/);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(160);
    const page = reportTable({ ...report(""), by: [], rows: [], totals: { ...some, roi: 1234.5 } });
    expect(page).toMatch(/^orders recovered +2 \(25\.0% of those reminded\)$/m);
    expect(page).toMatch(/^median time to pay +12m30s$/m);
    expect(page).toMatch(/^paid in control group +90\.0% of 10 buyers$/m);
    expect(page).toMatch(/^return on cost +956×$/m);
    expect(reportTable({ ...report(""), by: [], rows: [], totals: figures() })).toContain("needs a control group");
    expect(page).not.toMatch(/held out/);
  });

  it("marks thousands, and gives the return of each currency", () => {
    const rich = figures({
      recovered: 2000,
      amounts: new Map([
        ["CNY", 123_456_789_012n],
        ["JPY", 1_234_567n],
        ["KWD", 999n],
      ]),
      costs: new Map([
        ["CNY", 1_234_567_890],
        ["JPY", 1_000_000],
      ]),
    });
    const page = reportTable({ ...report(""), by: [], rows: [], totals: rich });
    expect(page).toContain("1,234,567,890.12 CNY + 1,234,567 JPY + 0.999 KWD");
    expect(page).toContain("1,234.56789 CNY + 1 JPY for 0 segments");
    expect(page).toContain("1,000,000× in CNY, 1,234,567× in JPY");
  });

  it("names the period, its zone and the date of each figure", () => {
    const [from, to] = [at("2026-11-10T00:00:00+08:00"), at("2026-11-12T00:00:00+08:00")];
    const title = (period: Period) => headingOf(period)[0];
    expect(title(periodOf(null, null))).toBe("Recovery of all time (Asia/Shanghai)");
    expect(title(periodOf(from, null))).toBe("Recovery since 2026-11-10 (Asia/Shanghai)");
    expect(title(periodOf(null, to))).toBe("Recovery until 2026-11-11 (Asia/Shanghai)");
    expect(title(periodOf(from, to))).toBe("Recovery from 2026-11-10 to 2026-11-11 (Asia/Shanghai)");
    expect(title(periodOf(from, from + 86_400_000))).toBe("Recovery on 2026-11-10 (Asia/Shanghai)");
    expect(title(periodOf(from, to - 1_000))).toBe(
      "Recovery from 2026-11-10 00:00 to before 2026-11-11 23:59:59 (Asia/Shanghai)",
    );
    const madrid = { zone: "Europe/Madrid", shops: ["es"], from: at("2026-11-10T00:00:00+01:00"), to: null };
    const zones = [{ zone: SHANGHAI, shops: ["cn"], from, to: null }, madrid];
    expect(title({ ...periodOf(from, null), zones })).toBe(
      "Recovery since 2026-11-10, in each shop's own zone (Asia/Shanghai, Europe/Madrid)",
    );
    const same = [
      { zone: SHANGHAI, shops: ["cn"], from, to: null },
      { ...madrid, from },
    ];
    expect(title({ ...periodOf(from, null), zones: same })).toBe("Recovery since 2026-11-09 16:00 (UTC)");
    expect(headingOf(periodOf(null, null))[1]).toMatch(/Orders count on the day they were placed/);
  });

  it("says in a sentence whether the reminders worked", () => {
    const sentence = (held: number, treated: number) =>
      liftSentence(figures({ strata: strataOf({ buyers: 1000, paid: treated }, { buyers: 1000, paid: held }) }));
    expect(sentence(50, 300)).toMatch(
      /^Effect of the reminders: 30\.0% of the buyers paid with reminders, and 5\.0% of the 1,000 buyers of the control group\. The effect is between \+21\.8 and \+28\.1 points \(95%\), which is above zero/,
    );
    expect(sentence(300, 300)).toContain("includes zero");
    expect(sentence(300, 50)).toContain("below zero");
    const ofFew = (held: number) =>
      figures({ strata: strataOf({ buyers: 270, paid: 200 }, { buyers: held, paid: 2 }, 0.1) });
    expect(liftSentence(ofFew(29))).toContain(
      "but with fewer than 30 buyers in the smaller group that proves nothing yet",
    );
    expect(liftSentence(ofFew(30))).toContain("above zero");
    expect(liftSentence(figures())).toBeNull();
    expect(liftSentence(figures({ strata: strataOf({ buyers: 3, paid: 1 }, { buyers: 0, paid: 0 }, 0) }))).toContain(
      "no buyer was in a control group",
    );
    expect(liftSentence(figures({ strata: strataOf({ buyers: 0, paid: 0 }, { buyers: 3, paid: 1 }, 1) }))).toContain(
      "all buyers of this period",
    );
  });
});

it("says in a sentence that there are no rows", () => {
  const empty = { ...report("default"), rows: [] };
  expect(reportTable(empty)).toContain("No order was received and no reminder was due in this period");
});

it("the contract of the API names the figures of the report", () => {
  expect(Object.keys(contractFigures).sort()).toEqual([...FIGURES].sort());
});
