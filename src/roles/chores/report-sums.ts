/** Keeps the sums of the reports, in any process with role `upkeep`: one at a time works, and the others wait a moment or try again. */
import { keepExposureSums, keepSums } from "../../reporting/report/sums.ts";
import type { Parts } from "../role.ts";
import { every } from "./every.ts";

/** Reports count what came since, so this only keeps it little. */
const SUMS_MS = 5_000;
const DAYS_MS = 10 * 60_000;

export function startReportSums({ config, database, life, log }: Parts): void {
  const deps = { sql: database.sql, zoneOf: (shop: string) => config.shop(shop)?.timeZone ?? "UTC" };
  const later = (error: unknown) => log.warn({ err: error }, "the sums of the reports could not be made; trying again");
  every(SUMS_MS, life, () =>
    keepSums(deps).then((shops) => {
      if (shops > 0) log.info({ shops }, "summed the reports of shops that are new or have another time zone");
    }, later),
  );
  every(DAYS_MS, life, () => keepExposureSums(deps).catch(later));
}
