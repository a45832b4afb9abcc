/** Keeps the sums from which reports are made (db/stores/reads/sums). */
import type { Sql } from "../../db/client.ts";
import { sumExposures } from "../../db/stores/reads/sums/exposure-sums.ts";
import { foldChanges, sumShop } from "../../db/stores/reads/sums/fold-store.ts";
import { summedZones } from "../../db/stores/reads/sums/report-sums.ts";
import { shopsSeen } from "../../db/stores/reads/windows.ts";
import type { ZoneOf } from "./period.ts";

export type SumsDeps = {
  readonly sql: Sql;
  /** For statements that read all rows of a shop, which may take minutes. Absent: `sql`. */
  readonly slow?: Sql;
  readonly zoneOf: ZoneOf;
  /** Absent: until all is done. */
  readonly isStopping?: () => boolean;
  /** A shop that cannot be summed keeps no other one waiting. Absent: the error is thrown. */
  readonly failed?: (error: unknown, shop: string) => void;
};

/** Changes that one transaction adds up. */
const MAX_CHANGES = 20_000;

/** Adds what has changed, and sums the shops that are new or have another zone. Returns how many shops it summed. */
export async function keepSums(deps: SumsDeps): Promise<number> {
  await fold(deps);
  const missing = (await zonesOf(deps)).filter(({ isSummed }) => !isSummed);
  return eachShop(deps, missing, async (shop, zone) => {
    await sumShop(deps.slow ?? deps.sql, shop, zone, false);
    // Summing a shop may take long, and there may be many.
    await fold(deps);
  });
}

async function fold({ sql, isStopping = () => false }: SumsDeps): Promise<void> {
  const zones = (await summedZones(sql)).map(({ shop, zone }) => [shop, zone] as const);
  while (!isStopping() && (await foldChanges(sql, zones, MAX_CHANGES)) === MAX_CHANGES);
}

/** Sums the days whose buyers all had their time to pay. */
export async function keepExposureSums(deps: SumsDeps): Promise<void> {
  const summed = (await zonesOf(deps)).filter(({ isSummed }) => isSummed);
  await eachShop(deps, summed, (shop, zone) => sumExposures(deps.slow ?? deps.sql, shop, zone));
}

/** Makes all sums again from the stored rows. Returns the number of shops. */
export async function rebuildSums(deps: Pick<SumsDeps, "sql" | "zoneOf">): Promise<number> {
  return eachShop(deps, await zonesOf(deps), async (shop, zone) => {
    await sumShop(deps.sql, shop, zone, true);
    await sumExposures(deps.sql, shop, zone);
  });
}

type ShopZone = { readonly shop: string; readonly zone: string };

/** Returns for how many shops it was done. */
async function eachShop(
  { isStopping = () => false, failed }: SumsDeps,
  shops: readonly ShopZone[],
  work: (shop: string, zone: string) => Promise<void>,
): Promise<number> {
  let done = 0;
  for (const { shop, zone } of shops) {
    if (isStopping()) break;
    try {
      await work(shop, zone);
      done++;
    } catch (error) {
      if (failed === undefined) throw error;
      failed(error, shop);
    }
  }
  return done;
}

async function zonesOf({ sql, zoneOf }: Pick<SumsDeps, "sql" | "zoneOf">) {
  const summed = new Map((await summedZones(sql)).map(({ shop, zone }) => [shop, zone]));
  return (await shopsSeen(sql)).map((shop) => {
    const zone = zoneOf(shop);
    return { shop, zone, isSummed: summed.get(shop) === zone };
  });
}
