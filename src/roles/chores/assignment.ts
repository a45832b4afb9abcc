/** Assigns open tasks to the people on shift, shortly after they are made. One process at a time does. */
import { SECOND } from "../../core/values/duration.ts";
import { assignTasks } from "../../followup/desk/assign.ts";
import type { Parts } from "../role.ts";
import { doChore } from "./chore.ts";
import { every } from "./every.ts";

/** How often a process asks whether the chore is due. */
const LOOK_MS = 2 * SECOND;
/** A look at tasks that fit nobody costs as much as one at those that fit somebody. */
const ASSIGN = { name: "assign", everyMs: 4 * SECOND, leaseMs: 20 * SECOND } as const;

export function startAssignment(parts: Parts): void {
  const { config, life, database, live } = parts;
  const localeOf = (shop: string) => config.shop(shop)?.locale ?? "en";
  const campaignOf = (key: string) => live.current().policy.campaigns.find((campaign) => campaign.key === key) ?? null;
  every(LOOK_MS, life, () => doChore(parts, ASSIGN, () => assignTasks({ sql: database.sql, campaignOf, localeOf })));
}
