/** `dunlin campaigns rollback KEY|DIR [--to N]` */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Command } from "commander";
import { type RollbackResult, rollback } from "../../../campaigns/rollback.ts";
import { catalogOptions } from "../../../render/catalog/catalog-options.ts";
import { wholeNumber } from "../../arguments.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError, commandActor, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";
import { differences } from "./changes-text.ts";

type Options = { readonly to?: number; readonly note?: string; readonly json?: boolean };

export const command: Describe = (cli) =>
  new Command("rollback")
    .description("Make an earlier version of a campaign current again, as a new version, and show what that changes")
    .argument("<campaign>", "key of the campaign, or its directory, or a directory of campaigns that holds one")
    .option(
      "--to <version>",
      "version to return to; default: the one before the current",
      wholeNumber(1, 2_147_483_647),
    )
    .option("--note <text>", "reason of the change, for the history")
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      examples(
        "dunlin campaigns rollback default",
        "dunlin campaigns rollback templates/default",
        'dunlin campaigns rollback default --to 3 --note "the new text was wrong"',
      ),
    )
    .action((campaign: string, options: Options) =>
      runCommand(cli, (context) => rollbackCommand(context, campaign, options)),
    );

export async function rollbackCommand(context: CommandContext, named: string, options: Options): Promise<void> {
  const { to = null, note = null } = options;
  const input = { to, note, options: catalogOptions(context.config) };
  const keyOfPath = isPath(named) ? campaignOf(named) : null;
  const { campaign, result } = await withDatabase(context, async ({ sql }) => {
    const back = async (key: string) => ({
      campaign: key,
      result: await rollback(sql, commandActor(), { ...input, campaign: key }),
    });
    const done = await back(keyOfPath ?? named);
    // A name alone is a directory only if no campaign has it.
    return keyOfPath === null && done.result.kind === "unknown-campaign" ? back(campaignOf(named)) : done;
  });
  const text = rollbackText(campaign, result);
  if (result.kind === "rolled-back") {
    const { before, after, ...numbers } = result;
    const files = differences(before, after, `version ${result.from}`, `version ${result.number}`);
    if (options.json === true) context.out(JSON.stringify({ campaign, ...numbers, files }, null, 2));
    else context.out([text, ...files.map(({ diff }) => diff.trimEnd())].join("\n"));
  } else context.out(options.json === true ? JSON.stringify({ campaign, ...result }, null, 2) : text);
}

/** Throws CommandError when nothing was rolled back. */
function rollbackText(campaign: string, result: RollbackResult): string {
  switch (result.kind) {
    case "rolled-back":
      return `${campaign}: version ${result.number} is a copy of version ${result.restored} and replaces version ${result.from}`;
    case "same":
      return `${campaign}: version ${result.current} already has the content of version ${result.restored}`;
    case "unknown-campaign":
      throw new CommandError(`there is no campaign ${campaign}: \`dunlin campaigns diff\` lists the campaigns`);
    case "unknown-version":
      throw new CommandError(
        result.to === null
          ? `${campaign} has no version before ${result.current}`
          : `${campaign} has no version ${result.to}; the current version is ${result.current}`,
      );
    case "moved":
      throw new CommandError(`${campaign} is at version ${result.current} now: somebody else changed it`);
    case "invalid":
      throw new CommandError(result.faults.join("\n"));
  }
}

const isPath = (named: string): boolean => /[/\\]/.test(named) || named === "." || named === "..";

/** The key of the campaign that a directory means. Files are read for their names only: they may be gone or newer. */
function campaignOf(named: string): string {
  const path = resolve(named);
  const isCampaign = (dir: string) => existsSync(join(dir, "campaign.yaml"));
  if (isCampaign(path)) return basename(path);
  const inside = existsSync(path) && statSync(path).isDirectory() ? readdirSync(path) : [];
  const [only, ...others] = inside.filter((name) => isCampaign(join(path, name))).toSorted();
  if (only !== undefined && others.length > 0)
    throw new CommandError(`${named} holds several campaigns: name one of them, like ${join(named, only)}`);
  return only ?? basename(path);
}
