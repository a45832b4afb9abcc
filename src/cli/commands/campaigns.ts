/** `dunlin campaigns …`: campaigns and templates as files, to and from the database. */
import {
  type ApplyResult,
  applyDirectory,
  type CheckedDirectory,
  checkDirectory,
  planDirectory,
} from "../../campaigns/apply.ts";
import { exportCampaigns } from "../../campaigns/export.ts";
import type { PlannedChange } from "../../campaigns/plan-apply.ts";
import { type RollbackResult, rollback } from "../../campaigns/rollback.ts";
import { loadCatalog } from "../../render/catalog/catalog.ts";
import { catalogOptions } from "../../render/catalog/catalog-options.ts";
import { changeJson, changesText } from "../campaign-text.ts";
import { type CommandContext, CommandError, commandActor, withDatabase } from "../context.ts";

/** Every fault of campaigns and templates at once, each with file and line. */
export function validateCommand({ config, out, note }: CommandContext, dir: string): void {
  const result = loadCatalog(dir, catalogOptions(config));
  if (!result.ok) throw new CommandError(result.faults.join("\n"));
  for (const warning of result.warnings) note(`warning: ${warning}`);
  const { campaigns, templates } = result.catalog;
  out(`${dir}: ${campaigns.length} campaign(s), ${templates.length} template(s), no fault`);
}

export type ApplyCommandOptions = {
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly prune?: boolean;
  readonly note?: string;
  readonly json?: boolean;
};

/** `dir` undefined: DUNLIN_TEMPLATES. */
export async function diffCommand(
  context: CommandContext,
  dir: string | undefined,
  options: { readonly json?: boolean },
): Promise<void> {
  const directory = checked(context, dir);
  const changes = await withDatabase(context, ({ sql }) =>
    planDirectory(sql, directory, { force: false, prune: false }),
  );
  print(context, directory, { kind: "diff", changes }, options.json === true);
}

export async function applyCommand(
  context: CommandContext,
  dir: string | undefined,
  options: ApplyCommandOptions,
): Promise<void> {
  const directory = checked(context, dir);
  for (const warning of directory.warnings) context.note(`warning: ${warning}`);
  const { force = false, prune = false, note = null } = options;
  const result = await withDatabase(context, async ({ sql }): Promise<ApplyResult | DryRun> => {
    if (options.dryRun !== true) return applyDirectory(sql, commandActor(), directory, { force, prune, note });
    const changes = await planDirectory(sql, directory, { force, prune });
    return { kind: changes.some(({ kind }) => kind === "conflict") ? "conflict" : "dry-run", changes };
  });
  print(context, directory, result, options.json === true);
  if (result.kind !== "conflict") return;
  const edited = result.changes.flatMap(({ kind, campaign }) => (kind === "conflict" ? [campaign] : []));
  throw new CommandError(
    `nothing was applied: ${edited.join(", ")} edited in the database since the last apply; \`campaigns export\` gives what is there, --force overwrites it`,
  );
}

type DryRun = { readonly kind: "dry-run" | "conflict"; readonly changes: readonly PlannedChange[] };
type Printed = { readonly kind: string; readonly changes: readonly PlannedChange[] };

function print(
  context: CommandContext,
  { shownAs }: CheckedDirectory,
  { kind, changes }: Printed,
  json: boolean,
): void {
  if (json)
    context.out(JSON.stringify({ directory: shownAs, result: kind, changes: changes.map(changeJson) }, null, 2));
  else context.out(changesText(changes, shownAs));
  if (!json && kind === "dry-run") context.note("dry run: nothing was applied");
}

function checked({ config }: CommandContext, dir: string | undefined): CheckedDirectory {
  const result = checkDirectory(dir ?? config.templatesDir, catalogOptions(config));
  if (!result.ok) throw new CommandError(result.faults.join("\n"));
  return result.directory;
}

export async function exportCommand(
  context: CommandContext,
  dir: string,
  options: { readonly force?: boolean; readonly json?: boolean },
): Promise<void> {
  const result = await withDatabase(context, ({ sql }) => exportCampaigns(sql, dir, { force: options.force === true }));
  if (result.kind === "not-empty")
    throw new CommandError(`${dir}: is not empty; name another directory, or --force replaces the campaigns in it`);
  if (options.json === true) context.out(JSON.stringify({ directory: dir, ...result }, null, 2));
  else context.out(`${dir}: ${result.campaigns.length} campaign(s), ${result.files} file(s)`);
}

export async function rollbackCommand(
  context: CommandContext,
  campaign: string,
  options: { readonly to?: number; readonly note?: string; readonly json?: boolean },
): Promise<void> {
  const { to = null, note = null } = options;
  const input = { campaign, to, note, options: catalogOptions(context.config) };
  const result = await withDatabase(context, ({ sql }) => rollback(sql, commandActor(), input));
  const text = rollbackText(campaign, result);
  if (options.json === true && (result.kind === "rolled-back" || result.kind === "same"))
    context.out(JSON.stringify({ campaign, ...result }, null, 2));
  else context.out(text);
}

/** Throws what went wrong. */
function rollbackText(campaign: string, result: RollbackResult): string {
  switch (result.kind) {
    case "rolled-back":
      return `${campaign}: version ${result.number} holds what version ${result.restored} held; it was ${result.from}`;
    case "same":
      return `${campaign}: version ${result.current} holds what version ${result.restored} held already`;
    case "unknown-campaign":
      throw new CommandError(`there is no campaign ${campaign}: \`dunlin campaigns diff\` lists those that there are`);
    case "unknown-version":
      throw new CommandError(
        result.to === null
          ? `${campaign} has no version before ${result.current}`
          : `${campaign} has no version ${result.to}; the current one is ${result.current}`,
      );
    case "moved":
      throw new CommandError(`${campaign} is version ${result.current} now`);
    case "invalid":
      throw new CommandError(result.faults.join("\n"));
  }
}
