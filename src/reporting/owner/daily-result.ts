/** The result of a shop's day in a few lines for its staff: the sentence of the owner's page, and what went out yesterday. It names no buyer and no order. */
import { decimalCost } from "../../core/values/money.ts";
import type { When } from "../../core/values/when.ts";
import type { Sql } from "../../db/client.ts";
import { moneyOf } from "../format-report.ts";
import { recoveryReport } from "../recovery.ts";
import { counted, extraAmountText, money } from "../report/amounts.ts";
import type { ZoneOf } from "../report/period.ts";
import { ownerPage } from "./page.ts";
import { ownerSentence, ownerWord } from "./words.ts";

const YESTERDAY: When = { kind: "day", day: -1, relative: true, time: null };

export async function dailyResultText(deps: { readonly sql: Sql }, shop: string, zoneOf: ZoneOf): Promise<string> {
  const page = await ownerPage(deps, { shop, zoneOf, isShop: () => true, skewMs: null });
  if (page === null) throw new Error("there is no page of a shop that is known");
  const { totals } = await recoveryReport(deps, { by: [], from: YESTERDAY, to: YESTERDAY, shop, zoneOf });
  const { sent, recoveredOrders, recoveredAmount, cost } = totals;
  return [
    `${shop}, the last 12 weeks: ${ownerWord(page)}. ${ownerSentence(page)}`,
    ...(page.figures.extraAmount.length === 0 ? [] : [`Money brought (95%): ${extraAmountText(page.figures)}`]),
    `Yesterday: ${counted(sent, "reminder")} sent, cost ${money(cost.map(decimalCost))}; ${counted(recoveredOrders, "order")} paid after one, ${money(recoveredAmount.map(moneyOf))}`,
    ...(page.warnings.length === 0
      ? []
      : [`${counted(page.warnings.length, "warning")}: dunlin report --shop ${shop}`]),
  ].join("\n");
}
