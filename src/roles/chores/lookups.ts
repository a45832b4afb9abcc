/** Asks providers about messages of unknown outcome, in any process with role `upkeep`: a question is taken under a lease. */
import { runLookups } from "../../receipts/lookups.ts";
import type { Parts } from "../role.ts";
import { every } from "./every.ts";

const LOOKUPS_MS = 2_000;

export function startLookups({ life, log, live, receipts, channels, metrics }: Parts): void {
  const deps = { ...receipts, channels, catalog: () => live.current().catalog, log, ended: metrics.lookedUp };
  let isStopping = false;
  life.onStop(() => {
    isStopping = true;
  });
  every(LOOKUPS_MS, life, () =>
    runLookups(deps, () => isStopping).catch((error: unknown) =>
      log.warn({ err: error }, "messages of unknown outcome could not be looked up"),
    ),
  );
}
