/** The result of the day of each shop that sets `resultAt`, for the chats of its staff. */
import type { Config } from "../../../config/config.ts";
import { anyShop } from "../../../config/shops.ts";
import type { ResultShop } from "../../../core/notices/daily-result.ts";
import { connectReads, type Sql } from "../../../db/client.ts";
import type { OpenDatabase } from "../../../db/open.ts";
import { shopsSeen } from "../../../db/stores/reads/windows.ts";
import { raiseDailyResults } from "../../../notices/daily-results.ts";
import { dailyResultText } from "../../../reporting/owner/daily-result.ts";

type Deps = {
  readonly config: Pick<Config, "shop" | "shopIds">;
  readonly database: Pick<OpenDatabase, "sql" | "url" | "server">;
  readonly receivers: readonly string[];
};

/** Returns how many notices are new. */
export async function dailyResults({ config, database, receivers }: Deps): Promise<number> {
  const zoneOf = (shop: string) => config.shop(shop)?.timeZone ?? "UTC";
  // A report takes longer than the statements of upkeep may.
  const reads = connectReads(database.url, database.server);
  try {
    return await raiseDailyResults({
      sql: database.sql,
      receivers,
      shops: () => resultShops(database.sql, config),
      textOf: (shop) => dailyResultText(reads, shop, zoneOf),
    });
  } finally {
    await reads.close();
  }
}

/** Whether any shop can have one: then the shops need not be looked for. */
export const hasDailyResults = (config: Deps["config"]): boolean =>
  anyShop(config, ({ resultAt }) => resultAt !== null);

async function resultShops(sql: Sql, { shop, shopIds }: Deps["config"]): Promise<ResultShop[]> {
  const ids = new Set([...shopIds, ...(await shopsSeen(sql))]);
  return [...ids].flatMap((id) => {
    const found = shop(id);
    return found === null || found.resultAt === null ? [] : { shop: id, zone: found.timeZone, at: found.resultAt };
  });
}
