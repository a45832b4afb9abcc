/** Keeps the sums from which reports are made (db/stores/reads/sums). */
import type { Sql } from "../../db/client.ts";
import { sumExposures } from "../../db/stores/reads/sums/exposure-sums.ts";
import { foldChanges, sumShop } from "../../db/stores/reads/sums/fold-store.ts";
import { summedZones } from "../../db/stores/reads/sums/report-sums.ts";
import { shopsSeen } from "../../db/stores/reads/windows.ts";
import type { ZoneOf } from "./period.ts";

type Deps = { readonly sql: Sql; readonly zoneOf: ZoneOf };

/** Changes that one transaction adds up. */
const MAX_CHANGES = 20_000;

/** Adds what has changed, and sums the shops that are new or have another zone. Returns how many shops it summed. */
export async function keepSums({ sql, zoneOf }: Deps): Promise<number> {
  const missing = (await zonesOf({ sql, zoneOf })).filter(({ isSummed }) => !isSummed);
  for (const { shop, zone } of missing) await sumShop(sql, shop, zone);
  const zones = (await summedZones(sql)).map(({ shop, zone }) => [shop, zone] as const);
  while ((await foldChanges(sql, zones, MAX_CHANGES)) === MAX_CHANGES);
  return missing.length;
}

/** Sums the days whose buyers all had their time to pay. */
export async function keepExposureSums({ sql, zoneOf }: Deps): Promise<void> {
  for (const { shop, zone, isSummed } of await zonesOf({ sql, zoneOf }))
    if (isSummed) await sumExposures(sql, shop, zone);
}

/** Makes all sums again from the stored rows. Returns the number of shops. */
export async function rebuildSums({ sql, zoneOf }: Deps): Promise<number> {
  const zones = await zonesOf({ sql, zoneOf });
  for (const { shop, zone } of zones) {
    await sumShop(sql, shop, zone);
    await sumExposures(sql, shop, zone);
  }
  return zones.length;
}

async function zonesOf({ sql, zoneOf }: Deps) {
  const summed = new Map((await summedZones(sql)).map(({ shop, zone }) => [shop, zone]));
  return (await shopsSeen(sql)).map((shop) => {
    const zone = zoneOf(shop);
    return { shop, zone, isSummed: summed.get(shop) === zone };
  });
}
