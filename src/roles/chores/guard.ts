/** Once a minute one process looks whether the orders of a payment method stay unpaid. Without `guard` in dunlin.yaml nobody looks. */
import { holdBrokenMethods } from "../../campaigns/pauses/guard.ts";
import { anyShop } from "../../config/shops.ts";
import { MINUTE, SECOND } from "../../core/values/duration.ts";
import type { Parts } from "../role.ts";
import { type Chore, doChore } from "./chore.ts";
import { every } from "./every.ts";

const GUARD: Chore = { name: "guard", everyMs: MINUTE, leaseMs: 5 * MINUTE };
const LOOK_MS = 10 * SECOND;

export function startGuard(parts: Parts): void {
  const { config, life, log, database, live } = parts;
  if (!anyShop(config, ({ guard }) => guard !== null)) return;
  every(LOOK_MS, life, () =>
    doChore(parts, GUARD, async () => {
      const held = await holdBrokenMethods(database.sql, (shop) => config.shop(shop)?.guard ?? null);
      for (const { message, ...method } of held) log.error(method, `reminders are held: ${message}`);
      if (held.length > 0) await live.refresh();
    }),
  );
}
