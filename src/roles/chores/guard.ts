/** Once a minute one process looks whether the orders of a payment method stay unpaid. Without `guard` in dunlin.yaml nobody looks. */
import { holdBrokenMethods } from "../../campaigns/pauses/guard.ts";
import { anyShop } from "../../config/shops.ts";
import { MINUTE, SECOND } from "../../core/values/duration.ts";
import { claimChore, finishChore } from "../../db/stores/notices/chore-store.ts";
import type { Parts } from "../role.ts";
import { every } from "./every.ts";

const GUARD = { name: "guard", everyMs: MINUTE, leaseMs: 5 * MINUTE } as const;
const LOOK_MS = 10 * SECOND;

export function startGuard({ config, life, log, database, live }: Parts): void {
  if (!anyShop(config, ({ guard }) => guard !== null)) return;
  const { sql } = database;
  every(LOOK_MS, life, async () => {
    try {
      if (!(await claimChore(sql, GUARD.name, GUARD.leaseMs))) return;
      try {
        const held = await holdBrokenMethods(sql, (shop) => config.shop(shop)?.guard ?? null);
        for (const { message, ...method } of held) log.error(method, `reminders are held: ${message}`);
        if (held.length > 0) await live.refresh();
      } finally {
        await finishChore(sql, GUARD.name, GUARD.everyMs);
      }
    } catch (error) {
      log.warn({ err: error }, "whether orders stay unpaid could not be counted; trying again");
    }
  });
}
