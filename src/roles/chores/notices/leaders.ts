/** The leaders of the desk on the hour, for the chats of `notices` that want them. */
import { isChinese } from "../../../config/shops.ts";
import { MINUTE, SECOND } from "../../../core/values/duration.ts";
import { raiseLeaders } from "../../../notices/leaders.ts";
import type { Parts } from "../../role.ts";
import { doChore } from "../chore.ts";
import { every } from "../every.ts";

/** So soon after the hour it is announced. */
const LEADERS = { name: "leaders", everyMs: 15 * SECOND, leaseMs: MINUTE } as const;
const LOOK_MS = 5 * SECOND;

type Needs = Pick<Parts, "config" | "life" | "database" | "log">;

/** `zone`: on whose wall clock the hours are. */
export function startLeaders(parts: Needs, zone: string): void {
  const { config, life, database } = parts;
  const receivers = config.notices.flatMap(({ name, leaders }) => (leaders ? [name] : []));
  if (receivers.length === 0) return;
  const language = isChinese(config) ? "zh" : "en";
  const zoneOf = (shop: string) => config.shop(shop)?.timeZone ?? "UTC";
  const deps = { sql: database.sql, receivers, zone, language, zoneOf } as const;
  every(LOOK_MS, life, () => doChore(parts, LEADERS, () => raiseLeaders(deps)));
}
