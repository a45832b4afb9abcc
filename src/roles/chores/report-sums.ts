/** Keeps the sums of the reports, in any process with role `upkeep`: one at a time works, and the others wait a moment or try again. */
import { HOUR } from "../../core/values/duration.ts";
import { connect } from "../../db/client.ts";
import { keepExposureSums, keepSums } from "../../reporting/report/sums.ts";
import type { Parts } from "../role.ts";
import { every } from "./every.ts";

/** Reports count what came since, so this only keeps it little. */
const SUMS_MS = 5_000;
const DAYS_MS = 10 * 60_000;

export function startReportSums({ config, database, life, log }: Parts): void {
  // All rows of a large shop take longer than a statement of upkeep may.
  const slow = connect(database.url, {
    max: 1,
    applicationName: "dunlin sums",
    limits: { statementMs: HOUR },
    server: database.server,
  });
  let isStopping = false;
  // A sum that is cut is made again by the next process.
  life.onStop(() => {
    isStopping = true;
    return slow.close(0);
  });
  const failed = (error: unknown, shop?: string) => {
    if (!isStopping) log.warn({ err: error, shop }, "the sums of the reports could not be made; trying again");
  };
  const deps = {
    sql: database.sql,
    slow: slow.sql,
    zoneOf: (shop: string) => config.shop(shop)?.timeZone ?? "UTC",
    isStopping: () => isStopping,
    failed,
  };
  every(SUMS_MS, life, () =>
    keepSums(deps).then((shops) => {
      if (shops > 0) log.info({ shops }, "summed the reports of shops that are new or have another time zone");
    }, failed),
  );
  every(DAYS_MS, life, () => keepExposureSums(deps).catch(failed));
}
