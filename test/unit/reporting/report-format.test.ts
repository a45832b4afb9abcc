import { describe, expect, it } from "vitest";
import { type Draft, emptyDraft, FIGURES, figuresOf } from "../../../src/reporting/figures.ts";
import { costOf, reportCsv, reportJson, reportTable } from "../../../src/reporting/format-report.ts";
import type { RecoveryReport } from "../../../src/reporting/recovery.ts";
import { csvText, displayWidth, textTable } from "../../../src/reporting/text-table.ts";

const figures = (change: Partial<Draft> = {}) => figuresOf({ ...emptyDraft(), ...change });
const some = figures({
  orders: 1234,
  sent: 10,
  planned: 10,
  reminded: 8,
  recovered: 2,
  median: 750_000,
  amounts: new Map([
    ["USD", 500],
    ["CNY", 12_900],
  ]),
  costs: new Map([["CNY", 135_000]]),
  treated: { orders: 10, paid: 3 },
  held: { orders: 10, paid: 9 },
});
const report = (campaign: string): RecoveryReport => ({
  by: ["campaign", "step"],
  from: Date.parse("2026-11-10T20:00:00+08:00"),
  to: null,
  columns: ["campaign", "step", ...FIGURES],
  rows: [{ keys: { campaign, step: null }, ...some }],
  totals: some,
});

describe("writing the report", () => {
  it("writes decimal strings, durations and fractions for programs", () => {
    const json = reportJson(report("d11"));
    expect(json).toMatchObject({ from: "2026-11-10T12:00:00+00:00", to: null, by: ["campaign", "step"] });
    expect(json.rows[0]).toMatchObject({ campaign: "d11", step: null, orders: 1234, recoveryRate: 0.25, roi: null });
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
    const amount = (micros: number, currency: string) => costOf({ micros, currency }).amount;
    expect(amount(135_000, "CNY")).toBe("0.135");
    expect(amount(49_500_000, "CNY")).toBe("49.50");
    expect(amount(0, "CNY")).toBe("0.00");
    expect(amount(7_000_000, "JPY")).toBe("7");
    expect(amount(7_500_001, "JPY")).toBe("7.500001");
    expect(amount(1, "KWD")).toBe("0.000001");
  });

  it("writes RFC 4180 without formulas for spreadsheets, and keeps negative figures numeric", () => {
    const [header, line, end] = reportCsv(report('=cmd|"x", y')).split("\r\n");
    expect(header?.startsWith("campaign,step,orders,cases,planned,sent,")).toBe(true);
    expect(line?.startsWith('"\'=cmd|""x"", y",,1234,0,10,10,')).toBe(true);
    expect(line).toContain(",129.00 CNY; 5.00 USD,");
    expect(line).toContain(",-0.6,");
    expect(end).toBe("");
    for (const evil of ["=1", "+1", "-1", "@x", "\tx", "\rx"]) expect(csvText(evil)).toMatch(/^"?'/);
    for (const plain of ["a", "2026-11-10", "促销", ""]) expect(csvText(plain)).toBe(plain);
    expect(csvText("a\nb")).toBe('"a\nb"');
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
    expect(lines).toHaveLength(5);
    expect(lines[4]).toMatch(/^total .* 1,234 .* 25\.0% .* 129\.00 CNY \+ 5\.00 USD .* −60\.0 \(−/);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(160);
    const page = reportTable({ ...report(""), by: [], rows: [] });
    expect(page).toContain("orders recovered    2 (25.0% of those reminded)");
    expect(page).toContain("median time to pay  12m30s");
    expect(reportTable({ ...report(""), by: [], rows: [], totals: figures() })).toContain("needs a holdout");
  });
});
