/** `dunlin channels` and `dunlin shops`: list, pause, resume. */
import { Command } from "commander";
import { createPauseAdmin } from "../../../campaigns/pauses/administer.ts";
import { textTable } from "../../../reporting/text-table.ts";
import { notEmpty } from "../../arguments.ts";
import { type Cli, type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError, commandActor, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";
import {
  columns,
  type PartState,
  type PauseOptions,
  pauseState,
  stateText,
  withPauseOptions,
  withResumeOptions,
} from "./switches.ts";

type Kind = "channel" | "shop";

const ABOUT = {
  channel: {
    verb: "setChannel",
    list: "List the channels, and which are paused",
    pause: "Send nothing on a channel; its reminders wait as long as they are of use",
    example: "sms",
  },
  shop: {
    verb: "setShop",
    list: "List the shops, and which are paused",
    pause: "Send nothing to the buyers of a shop; its reminders wait as long as they are of use",
    example: "acme",
  },
} as const;

export const channels: Describe = (cli) => group(cli, "channel", "List, pause and resume channels");
export const shops: Describe = (cli) => group(cli, "shop", "List, pause and resume shops");

function group(cli: Cli, kind: Kind, description: string): Command {
  const { list, pause, example } = ABOUT[kind];
  const called = `dunlin ${kind}s`;
  const change = (paused: boolean) => (name: string, options: PauseOptions) =>
    runCommand(cli, (context) => switchCommand(context, kind, name, paused, options));
  return new Command(`${kind}s`)
    .description(description)
    .addCommand(
      new Command("list")
        .description(list)
        .option("--json", "print them as JSON")
        .addHelpText("after", examples(`${called} list`))
        .action((options: { json?: boolean }) =>
          runCommand(cli, (context) => listCommand(context, kind, options.json === true)),
        ),
    )
    .addCommand(
      withPauseOptions(new Command("pause").description(pause).argument("<name>", `name of the ${kind}`, notEmpty))
        .addHelpText("after", examples(`${called} pause ${example} --for 30m --note "the provider is down"`))
        .action(change(true)),
    )
    .addCommand(
      withResumeOptions(
        new Command("resume")
          .description(`Send what is still of use, and go on`)
          .argument("<name>", `name of the ${kind}`, notEmpty),
      )
        .addHelpText("after", examples(`${called} resume ${example}`))
        .action(change(false)),
    );
}

export async function listCommand(context: CommandContext, kind: Kind, json: boolean): Promise<void> {
  const { config, out } = context;
  await withDatabase(context, async ({ sql }) => {
    const admin = createPauseAdmin({ sql, ...config });
    if (kind === "shop") {
      const { items } = await admin.shops();
      if (json) return out(JSON.stringify(items, null, 2));
      return out(
        textTable(
          columns("shop", "state"),
          items.map((each) => [each.name, pauseState(each)]),
        ).trimEnd(),
      );
    }
    const { items } = await admin.channels();
    if (json) return out(JSON.stringify(items, null, 2));
    const rows = items.map((each) => [
      each.name,
      each.provider ?? "not configured",
      each.ratePerSecond === null ? "" : `${each.ratePerSecond}/s`,
      pauseState(each),
    ]);
    out(textTable(columns("channel", "provider", "limit", "state"), rows).trimEnd());
  });
}

export async function switchCommand(
  context: CommandContext,
  kind: Kind,
  name: string,
  paused: boolean,
  options: PauseOptions,
): Promise<void> {
  const state = await withDatabase(
    context,
    async ({ sql }): Promise<PartState | null> =>
      createPauseAdmin({ sql, ...context.config })[ABOUT[kind].verb](commandActor(), name, {
        paused,
        forMs: options.for ?? null,
        note: options.note ?? null,
      }),
  );
  if (state === null) throw new CommandError(`no ${kind} ${name} is configured: \`dunlin ${kind}s list\` shows them`);
  context.out(options.json === true ? JSON.stringify(state, null, 2) : stateText(state));
}
