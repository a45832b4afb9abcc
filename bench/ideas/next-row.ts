/**
 * Writing the next planned row of a case only. A later row is written all the same, when it is decided or becomes the next one. Lived through are
 * orders of two steps: of ten, six are paid before the first, and four get the first and are paid then.
 */
import type { PlannedRow } from "../../src/core/rules/plan.ts";
import type { Sql } from "../../src/db/client.ts";
import { newId } from "../../src/db/ids.ts";
import { loadBuyers } from "../../src/db/stores/buyers/buyer-load.ts";
import {
  decideReminders,
  insertReminders,
  type NewReminder,
  type ReminderWrite,
} from "../../src/db/stores/buyers/write/reminders.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import type { Idea } from "./lane.ts";

export const nextRow: Idea = {
  name: "nextRow",
  today: "write all planned rows of an order of two steps, over its life",
  tried: "write the next planned row only",
  async run({ sql, env, buyers, compare }) {
    const pairs: Pair[] = [];
    for (const { shop, id, state } of (await loadBuyers(sql, env, buyers)).values()) {
      const { open } = state;
      const [row] = open?.rows ?? [];
      if (open !== null && row !== undefined)
        pairs.push([0, 1].map((n) => planned(shop, id, open.id, row, n)) as unknown as Pair);
    }
    return compare(pairs, {
      today: (batch) => live(sql, batch, true),
      tried: (batch) => live(sql, batch, false),
    });
  },
};

/** The rows of the two steps. */
type Pair = readonly [first: NewReminder, second: NewReminder];

const planned = (shop: string, buyerId: string, caseId: string, row: PlannedRow, n: number): NewReminder => ({
  ...{
    shop,
    id: newId(),
    caseId,
    buyerId,
    campaign: "default",
    version: "0123456789ab",
    step: `idea-${n}`,
    variant: null,
  },
  ...{ kind: "send", state: "planned", reason: null, dueAt: row.at + n * 60_000, decidedAt: null, orders: ["1"], row },
  ...{ attributedUntil: null, inStoredCase: false, after: 0 },
});

const paid = <Row extends ReminderWrite>(row: Row): Row => ({
  ...row,
  ...{ kind: "skip", state: "skipped", reason: "paid", decidedAt: row.dueAt },
});
const sending = (row: ReminderWrite): ReminderWrite => ({
  ...row,
  ...{ state: "sending", decidedAt: row.dueAt, attributedUntil: row.dueAt + 86_400_000 },
});

/** Each of the four moments in a transaction of its own: the orders come, some are paid, the rest get a message, and are paid. */
async function live(sql: Sql, batch: readonly Pair[], isAllStored: boolean): Promise<void> {
  const write = (inserted: readonly NewReminder[], decided: readonly ReminderWrite[]) =>
    inTransaction(sql, (tx) =>
      Promise.all([insertReminders(tx, inserted)?.execute(), decideReminders(tx, decided)?.execute()]),
    );
  const [soon, late] = [batch.slice(0, batch.length * 0.6), batch.slice(batch.length * 0.6)];
  await write(isAllStored ? batch.flat() : batch.map(([first]) => first), []);
  if (isAllStored) await write([], soon.flat().map(paid));
  else
    await write(
      soon.map(([, second]) => paid(second)),
      soon.map(([first]) => paid(first)),
    );
  await write(
    isAllStored ? [] : late.map(([, second]) => second),
    late.map(([first]) => sending(first)),
  );
  await write(
    [],
    late.map(([, second]) => paid(second)),
  );
}
