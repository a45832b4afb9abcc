/** Assigns open tasks to the people on shift, shortly after they are made. PostgreSQL decides which process does. */
import { SECOND } from "../../core/values/duration.ts";
import { assignTasks } from "../../followup/desk/assign.ts";
import type { Parts } from "../role.ts";
import { attempt } from "./chore.ts";
import { every } from "./every.ts";

const ASSIGN_MS = 5 * SECOND;

export function startAssignment({ config, life, log, database, live }: Parts): void {
  const localeOf = (shop: string) => config.shop(shop)?.locale ?? "en";
  const campaignOf = (key: string) => live.current().policy.campaigns.find((campaign) => campaign.key === key) ?? null;
  every(ASSIGN_MS, life, () =>
    attempt(log, () => assignTasks({ sql: database.sql, campaignOf, localeOf }), "tasks could not be assigned"),
  );
}
