/**
 * Notices to the shop's staff, and the hourly check of the channels. They do not go through the queue: that the queue stands still is one of the
 * matters. PostgreSQL decides which process does a chore.
 */
import { openNotifiers } from "../../../channels/notices/registry.ts";
import { commonZone } from "../../../config/shops.ts";
import { HOUR, MINUTE, SECOND } from "../../../core/values/duration.ts";
import { formatInstant } from "../../../core/values/instant.ts";
import { offsetMinutes } from "../../../core/values/zone.ts";
import { connectReads } from "../../../db/client.ts";
import { checkAndStore } from "../../../notices/check-channels.ts";
import { deliverNotices } from "../../../notices/deliver.ts";
import { watchForMatters } from "../../../notices/watch.ts";
import { plansOfDay } from "../../../reporting/upcoming/plans.ts";
import type { Parts } from "../../role.ts";
import { attempt, doChore } from "../chore.ts";
import { every } from "../every.ts";
import { dailyResults, hasDailyResults } from "./daily-results.ts";
import { startLeaders } from "./leaders.ts";

/** The chats take 20 notices a minute. */
const POST_MS = 3 * SECOND;
/** How often a process asks whether a chore is due. */
const LOOK_MS = 10 * SECOND;
const WATCH = { name: "watch", everyMs: MINUTE, leaseMs: MINUTE } as const;
/** Each channel's provider answers several questions. */
const CHECK = { name: "check-channels", everyMs: HOUR, leaseMs: 10 * MINUTE } as const;
/** A report over 12 weeks for each shop. */
const RESULTS = { name: "daily-results", everyMs: MINUTE, leaseMs: 5 * MINUTE } as const;

export function startStaffNotices(parts: Parts): void {
  const { config, life, log, database, live, channels, clock } = parts;
  const { sql } = database;
  const zone = commonZone(config);
  const written = (at: number) => formatInstant(Math.floor(at / SECOND) * SECOND, offsetMinutes(zone, at));
  const notifiers = openNotifiers(config.notices, { now: clock.now });
  for (const notifier of notifiers.values()) life.onRelease(() => notifier.close());
  const receivers = [...notifiers.keys()];

  if (receivers.length > 0) {
    every(POST_MS, life, () =>
      attempt(log, () => deliverNotices({ sql, notifiers, written, log }), "notices to staff could not be posted"),
    );
    every(LOOK_MS, life, () =>
      doChore(parts, WATCH, () => watchForMatters({ sql, receivers, channels: [...channels.keys()], written })),
    );
  }
  startLeaders(parts, zone);
  if (receivers.length > 0 && hasDailyResults(config))
    every(LOOK_MS, life, () => doChore(parts, RESULTS, () => dailyResults({ config, database, receivers })));
  if ([...channels.values()].some(({ check }) => check !== undefined))
    every(LOOK_MS, life, () =>
      doChore(parts, CHECK, async () => {
        const current = live.current();
        // A day of a large promotion takes longer to count than the statements of upkeep may.
        const reads = connectReads(database.url, database.server);
        const facts = { sql: reads.sql, ...current, channels: config.channels, shopOf: config.shop, zone };
        const plans = await attempt(
          log,
          () => plansOfDay(facts),
          "what is planned for the day could not be counted",
        ).finally(() => reads.close());
        return checkAndStore({ sql, channels, catalog: current.catalog, plans, written, receivers, now: clock.now() });
      }),
    );
}
