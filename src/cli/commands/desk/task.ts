/** The parts that the commands about one task share. */
import { formatInstant } from "../../../core/values/instant.ts";
import { offsetMinutes } from "../../../core/values/zone.ts";
import type { Sql } from "../../../db/client.ts";
import { leaseEnd, taskIdsLike } from "../../../db/stores/desk/task-store.ts";
import type { DeskDeps, Refused } from "../../../followup/desk/deps.ts";
import { type CommandContext, CommandError, openVault, withDatabase } from "../../context.ts";
import { campaignsThatRun } from "../../running-campaigns.ts";

/** Runs `work` with the task whose id begins so. */
export function withTaskId<T>(
  context: CommandContext,
  start: string,
  work: (deps: DeskDeps, id: string) => Promise<T>,
): Promise<T> {
  const { config } = context;
  return withDatabase(context, async ({ sql }) => {
    const id = await idOf(sql, start);
    const vault = await openVault(context, sql);
    const campaigns = await campaignsThatRun(sql, config);
    const campaignOf = (key: string) => campaigns.find((campaign) => campaign.key === key) ?? null;
    const zoneOf = (shop: string) => config.shop(shop)?.timeZone ?? "UTC";
    return work({ sql, vault, zoneOf, campaignOf }, id);
  });
}

async function idOf(sql: Sql, start: string): Promise<string> {
  const [id, other] = await taskIdsLike(sql, start.toLowerCase());
  if (id === undefined)
    throw new CommandError(`no task has an id that begins with ${start}: \`dunlin desk\` lists them`);
  if (other !== undefined)
    throw new CommandError(`several tasks have ids that begin with ${start}: give more of the id`);
  return id;
}

/** How long a task that was just claimed is the person's, on the clock of its shop: less than 15 minutes if their shift ends sooner. */
export async function yoursUntil({ config }: CommandContext, sql: Sql, id: string): Promise<string> {
  const { shop, until } = await leaseEnd(sql, id);
  // The claim may have ended meanwhile.
  if (until === null) return "It was yours, and is not any more";
  return `It is yours until ${formatInstant(Math.floor(until), offsetMinutes(config.shop(shop)?.timeZone ?? "UTC", until))}`;
}

/** Throws the error that says why nothing was changed. */
export function refuse(refused: Refused): never {
  switch (refused.kind) {
    case "unknown_task":
      throw new CommandError("the task is gone: `dunlin desk` lists those that are left");
    case "ended":
      throw new CommandError("the task is done: `dunlin desk --done` says how it ended");
    case "taken":
      throw new CommandError(`${refused.by} has the task`);
    case "under_way":
      throw new CommandError("a message to the buyer is being sent: try again in some seconds");
    case "not_claimed":
      throw new CommandError("you have not claimed the task, or the claim is over: `dunlin desk claim ID`");
  }
}
