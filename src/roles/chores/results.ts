/** Makes the result of each shop once an hour, for the metrics. */
import { HOUR, MINUTE } from "../../core/values/duration.ts";
import { connectReads } from "../../db/client.ts";
import { storeResult } from "../../db/stores/notices/result-store.ts";
import { shopsSeen } from "../../db/stores/reads/windows.ts";
import { ownerPage } from "../../reporting/owner/page.ts";
import { resultFigures } from "../../reporting/owner/result-figures.ts";
import type { Parts } from "../role.ts";
import { doChore } from "./chore.ts";
import { every } from "./every.ts";
import { MAX_RESULTS } from "./result-gauges.ts";

const RESULTS = { name: "results", everyMs: HOUR, leaseMs: 30 * MINUTE } as const;
/** How often a process asks whether the chore is due. */
const LOOK_MS = 30_000;

type Deps = Pick<Parts, "config" | "database"> & { readonly log: Pick<Parts["log"], "warn"> };

export function startResults(parts: Pick<Parts, "config" | "database" | "life" | "log">): void {
  every(LOOK_MS, parts.life, () => doChore(parts, RESULTS, () => makeResults(parts)));
}

/** A shop whose result fails keeps the one that it has. Throws if all fail. */
export async function makeResults({ config, database, log }: Deps): Promise<void> {
  // A report takes longer than the statements of upkeep may.
  const reads = connectReads(database.url, database.server);
  const zoneOf = (shop: string) => config.shop(shop)?.timeZone ?? "UTC";
  const make = async (shop: string) => {
    const page = await ownerPage(reads, { shop, zoneOf, isShop: () => true, skewMs: null });
    if (page !== null) await storeResult(database.sql, shop, resultFigures(page));
  };
  try {
    const shops = (await shopsSeen(database.sql)).slice(0, MAX_RESULTS);
    const failures: unknown[] = [];
    for (const shop of shops)
      await make(shop).catch((error: unknown) => {
        log.warn({ err: error, shop }, "the result of the shop could not be made");
        failures.push(error);
      });
    if (failures.length > 0 && failures.length === shops.length) throw failures[0];
  } finally {
    await reads.close();
  }
}
