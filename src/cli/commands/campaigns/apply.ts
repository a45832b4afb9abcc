/** `dunlin campaigns apply [DIR]` */
import { Command } from "commander";
import { type ApplyResult, applyDirectory, planDirectory } from "../../../campaigns/apply.ts";
import type { PlannedChange } from "../../../campaigns/plan-apply.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError, commandActor, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";
import { checkedDirectory, printChanges } from "./directory.ts";

type Options = {
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly prune?: boolean;
  readonly note?: string;
  readonly json?: boolean;
};

export const command: Describe = (cli) =>
  new Command("apply")
    .description("Apply a directory of campaigns: all of them or none; a second run changes nothing")
    .argument("[dir]", "directory of campaigns; default: DUNLIN_TEMPLATES")
    .option("--dry-run", "only show what would change")
    .option("--force", "overwrite edits made in the database since the last apply")
    .option("--prune", "retire campaigns that were applied before and are no longer in the directory")
    .option("--note <text>", "reason of the change, for the history")
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      examples("dunlin campaigns apply templates --dry-run", 'dunlin campaigns apply templates --note "Double 11"'),
    )
    .action((dir: string | undefined, options: Options) =>
      runCommand(cli, (context) => applyCommand(context, dir, options)),
    );

type DryRun = { readonly kind: "dry-run" | "conflict"; readonly changes: readonly PlannedChange[] };

export async function applyCommand(context: CommandContext, dir: string | undefined, options: Options): Promise<void> {
  const directory = checkedDirectory(context, dir);
  for (const warning of directory.warnings) context.note(`warning: ${warning}`);
  const { force = false, prune = false, note = null, json = false } = options;
  const result = await withDatabase(context, async ({ sql }): Promise<ApplyResult | DryRun> => {
    if (options.dryRun !== true) return applyDirectory(sql, commandActor(), directory, { force, prune, note });
    const changes = await planDirectory(sql, directory, { force, prune });
    return { kind: changes.some(({ kind }) => kind === "conflict") ? "conflict" : "dry-run", changes };
  });
  printChanges(context, directory, result, json);
  if (!json && result.kind === "dry-run") context.note("dry run: nothing was applied");
  if (result.kind !== "conflict") return;
  const edited = result.changes.flatMap(({ kind, campaign }) => (kind === "conflict" ? [campaign] : []));
  throw new CommandError(
    `nothing was applied: ${edited.join(", ")} edited in the database since the last apply: run \`dunlin campaigns export\` to keep the edits, or apply with --force to overwrite them`,
  );
}
