/** `dunlin campaigns diff [DIR]` */
import { Command } from "commander";
import { planDirectory } from "../../../campaigns/apply.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";
import { checkedDirectory, printChanges } from "./directory.ts";

type Options = { readonly json?: boolean };

export const command: Describe = (cli) =>
  new Command("diff")
    .description("Show what applying a directory would change")
    .argument("[dir]", "directory of campaigns; default: DUNLIN_TEMPLATES")
    .option("--json", "print it as JSON")
    .addHelpText("after", examples("dunlin campaigns diff templates"))
    .action((dir: string | undefined, options: Options) =>
      runCommand(cli, (context) => diffCommand(context, dir, options)),
    );

export async function diffCommand(context: CommandContext, dir: string | undefined, options: Options): Promise<void> {
  const directory = checkedDirectory(context, dir);
  const changes = await withDatabase(context, ({ sql }) =>
    planDirectory(sql, directory, { force: false, prune: false }),
  );
  printChanges(context, directory, { kind: "diff", changes }, options.json === true);
}
