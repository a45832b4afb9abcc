/** `dunlin notices test NAME`: posts one notice to a chat of the shop's staff. */
import { randomUUID } from "node:crypto";
import { Command } from "commander";
import { openNotifiers } from "../../channels/notices/registry.ts";
import { didYouMean } from "../../core/text/suggest.ts";
import { type Describe, runCommand } from "../command.ts";
import { type CommandContext, CommandError } from "../context.ts";
import { examples } from "../help.ts";

export const command: Describe = (cli) =>
  new Command("notices").description("Manage the notices to the shop's staff").addCommand(
    new Command("test")
      .description("Post one test notice to a receiver of dunlin.yaml")
      .argument("<name>", "its name under notices in dunlin.yaml")
      .addHelpText("after", examples("dunlin notices test ops"))
      .action((name: string) => runCommand(cli, (context) => testNoticeCommand(context, name))),
  );

export async function testNoticeCommand({ config, out }: CommandContext, name: string): Promise<void> {
  const names = config.notices.map((each) => each.name);
  const notifier = openNotifiers(config.notices.filter((each) => each.name === name)).get(name);
  if (notifier === undefined) {
    const known =
      names.length === 0 ? ": none are configured" : didYouMean(name, names) || ` (known: ${names.join(", ")})`;
    throw new CommandError(`${name} is not under notices in dunlin.yaml${known}`);
  }
  try {
    const text = "Dunlin: this is a test. Notices about paused channels, balances and silence come here.";
    const outcome = await notifier.post({ id: randomUUID(), matter: "test", at: Date.now(), text });
    if (outcome.kind !== "accepted") throw new CommandError(`notices ${name}: ${outcome.message} (${outcome.code})`);
    out(`Posted to ${name} (${notifier.provider}).`);
  } finally {
    await notifier.close();
  }
}
