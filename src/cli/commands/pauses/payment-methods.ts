/** `dunlin payment-methods`: list, pause, resume. */
import { Command } from "commander";
import { createPauseAdmin } from "../../../campaigns/pauses/administer.ts";
import { textTable } from "../../../reporting/text-table.ts";
import { notEmpty } from "../../arguments.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError, commandActor, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";
import { columns, type PauseOptions, pauseState, stateText, withPauseOptions, withResumeOptions } from "./switches.ts";

type Options = PauseOptions & { readonly shop: string };

const METHOD = "payment method, as in paymentMethod of its orders";

export const paymentMethods: Describe = (cli) => {
  const change = (paused: boolean) => (method: string, options: Options) =>
    runCommand(cli, (context) => switchCommand(context, method, paused, options));
  const about = (name: string, description: string) =>
    new Command(name)
      .description(description)
      .argument("<method>", METHOD, notEmpty)
      .requiredOption("--shop <shop>", "id of the shop");
  return new Command("payment-methods")
    .description("List, pause and resume payment methods")
    .addCommand(
      new Command("list")
        .description("List the payment methods of guarded shops with their unpaid orders, and which are paused")
        .option("--json", "print them as JSON")
        .addHelpText("after", examples("dunlin payment-methods list"))
        .action((options: { json?: boolean }) =>
          runCommand(cli, (context) => listCommand(context, options.json === true)),
        ),
    )
    .addCommand(
      withPauseOptions(
        about("pause", "Hold the reminders of orders with this payment method as long as they are of use"),
      )
        .addHelpText("after", examples("dunlin payment-methods pause alipay --shop acme --for 30m"))
        .action(change(true)),
    )
    .addCommand(
      withResumeOptions(about("resume", "Send what is still of use, and go on"))
        .addHelpText("after", examples("dunlin payment-methods resume alipay --shop acme"))
        .action(change(false)),
    );
};

export async function listCommand(context: CommandContext, json: boolean): Promise<void> {
  const { config, out } = context;
  const { items } = await withDatabase(context, ({ sql }) => createPauseAdmin({ sql, ...config }).methods());
  if (json) return out(JSON.stringify(items, null, 2));
  if (items.length === 0) return out("no payment method is paused, and no shop with a guard had orders lately");
  const share = (counts: { orders: number; unpaid: number } | null) =>
    counts === null ? "" : `${counts.unpaid} of ${counts.orders}`;
  const rows = items.map((each) => [each.shop, each.method, share(each.recent), share(each.usual), pauseState(each)]);
  out(textTable(columns("shop", "method", "unpaid lately", "usually", "state"), rows).trimEnd());
}

export async function switchCommand(
  context: CommandContext,
  method: string,
  paused: boolean,
  { shop, ...options }: Options,
): Promise<void> {
  const state = await withDatabase(context, ({ sql }) =>
    createPauseAdmin({ sql, ...context.config }).setMethod(
      commandActor(),
      { shop, method },
      { paused, forMs: options.for ?? null, note: options.note ?? null },
    ),
  );
  if (state === null) throw new CommandError(`no shop ${shop} is configured: \`dunlin shops list\` shows them`);
  context.out(options.json === true ? JSON.stringify(state, null, 2) : stateText({ ...state, name: method }));
}
