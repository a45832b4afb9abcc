/** The end of the demo: the report and the story of one order, as the commands print them, with an explanation. */
import type { Sql } from "../db/client.ts";
import type { Vault } from "../db/vault.ts";
import { pageOfSuppressions } from "../followup/suppressions.ts";
import { explainOrder } from "../reporting/explain.ts";
import { storyText } from "../reporting/format-explain.ts";
import { recoveryReport } from "../reporting/recovery.ts";
import { counted, money } from "../reporting/report/amounts.ts";
import { staffReport } from "../reporting/report/staff.ts";
import { reportTable } from "../reporting/report/table.ts";
import type { Verdict } from "./check.ts";
import { SHOP, TIME_ZONE } from "./files.ts";
import { PERSON } from "./shop/person.ts";
import { isTaken, type Posted } from "./shop/provider.ts";
import type { BookedOrder } from "./shop/shop.ts";

export const report = (sql: Sql) => recoveryReport({ sql }, { by: [], zoneOf: () => TIME_ZONE });
/** The results of the person on shift. */
export const peopleOf = async (sql: Sql) =>
  (await staffReport({ sql, zoneOf: () => TIME_ZONE }, { shop: SHOP })).items.find(({ person }) => person === PERSON);

export function peopleLine(found: Awaited<ReturnType<typeof peopleOf>>): string {
  if (found === undefined) return `${PERSON} (simulated): no task`;
  const { tasks, reached, recoveredOrders, recoveredAmount, promises, promisesKept } = found;
  return `${PERSON} (simulated): ${counted(tasks, "task")}, ${counted(reached, "buyer")} reached, ${counted(recoveredOrders, "order")} recovered (${money(recoveredAmount)}), ${promisesKept} of ${counted(promises, "promise")} kept`;
}

/** Orders that were paid after the person had reached their buyers, by the books of person and shop. */
export const wonByPerson = (reached: ReadonlyMap<string, number>, orders: ReadonlyMap<string, BookedOrder>): number =>
  [...reached].filter(([id, at]) => (orders.get(id)?.paidAt ?? 0) > at && orders.get(id)?.paidKnownAt !== null).length;

/** `width`: of its sentences. */
export const reportText = async (sql: Sql, width?: number): Promise<string> => reportTable(await report(sql), width);

export async function storyOf(sql: Sql, vault: Vault, order: string): Promise<string | null> {
  const story = await explainOrder({ sql, vault, zoneOf: () => TIME_ZONE }, { shop: SHOP, order });
  return story === null ? null : storyText(story);
}

/** How many addresses opted out by a reply, from Dunlin's list. */
export async function countOptOuts(sql: Sql, vault: Vault): Promise<number> {
  let count = 0;
  for (let cursor: string | null = "", page = 0; cursor !== null && page < MAX_PAGES; page++) {
    const asked = { shop: SHOP, limit: 500, cursor: cursor === "" ? null : cursor };
    const found = await pageOfSuppressions({ sql, vault, zoneOf: () => TIME_ZONE }, asked);
    count += found?.items.filter(({ source }) => source === "sms").length ?? 0;
    cursor = found?.next ?? null;
  }
  return count;
}
const MAX_PAGES = 100;

/** When Dunlin claimed these messages, from its ledger: message id → epoch ms. */
export async function claimTimes(sql: Sql, messages: readonly Posted[]): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const { id, orders } of messages) {
    const story = await explainOrder({ sql }, { shop: SHOP, order: orders[0] ?? "" });
    const deliveries = story?.reminders.flatMap((reminder) => reminder.deliveries) ?? [];
    const delivery = deliveries.find((each) => each.id === id);
    if (delivery !== undefined) times.set(id, delivery.claimedAt);
  }
  return times;
}

export const checkLine = ({ messages, duplicates, afterPayment, afterStop, afterClose }: Verdict): string =>
  `checked: ${messages} messages, ${duplicates} duplicates, ${afterPayment} after payment, ${afterStop} after STOP, ${afterClose} after close`;

/**
 * The order whose story shows most: reminded together with other orders of its buyer, then paid; best if the provider had failed before.
 * null: no order was placed.
 */
export function orderToShow(log: readonly Posted[], orders: ReadonlyMap<string, BookedOrder>): string | null {
  let best: string | null = null;
  let highest = -1;
  for (const order of orders.values()) {
    const about = log.filter((message) => message.orders.includes(order.id));
    const reminded = about.filter(isTaken);
    const [first] = reminded;
    const paidAfter = first !== undefined && order.paidAt !== null && order.paidAt > first.at;
    const score =
      (reminded.length > 0 ? 1 : 0) +
      (paidAfter ? 4 : 0) +
      ((first?.orders.length ?? 0) > 1 ? 8 : 0) +
      (reminded.length === 1 && about.length > 1 ? 2 : 0);
    if (score > highest) [best, highest] = [order.id, score];
  }
  return best;
}
