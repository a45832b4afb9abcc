/** `dunlin desk promises` */
import { Command, Option } from "commander";
import { PROMISE_STATES, type PromiseState } from "../../../core/desk/words.ts";
import { listPromises, type PromiseItem } from "../../../followup/desk/promises.ts";
import { textTable } from "../../../reporting/text-table.ts";
import { notEmpty } from "../../arguments.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, openVault, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";

type Options = { readonly state: PromiseState; readonly shop?: string; readonly by?: string; readonly json?: boolean };

const MAX = 500;

export const promisesCommand: Describe = (cli) =>
  new Command("promises")
    .description(`List promises to pay, the soonest first; of those that are over the last ${MAX}`)
    .addOption(new Option("--state <state>", "only those in this state").choices(PROMISE_STATES).default("open"))
    .option("--shop <shop>", "only those of this shop", notEmpty)
    .option("--by <name>", "only those that this person recorded", notEmpty)
    .option("--json", "print them as JSON")
    .addHelpText("after", examples("dunlin desk promises", "dunlin desk promises --state broken --by vera"))
    // `dunlin desk` has some of these options, too, and takes them first.
    .action((_: Options, command: Command) => runCommand(cli, (context) => list(context, command.optsWithGlobals())));

async function list(context: CommandContext, { state, shop, by, json }: Options): Promise<void> {
  const { config } = context;
  const promises = await withDatabase(context, async ({ sql }) => {
    const vault = await openVault(context, sql);
    const deps = { sql, vault, zoneOf: (id: string) => config.shop(id)?.timeZone ?? "UTC" };
    const query = { state, shop: shop ?? null, by: by ?? null, phones: true, limit: MAX };
    const found: PromiseItem[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = await listPromises(deps, { ...query, cursor });
      found.push(...(page?.items ?? []));
      cursor = page?.next ?? null;
      if (cursor === null || state !== "open") return found;
    }
  });
  if (json === true) return context.out(JSON.stringify(promises, null, 2));
  if (promises.length === 0) return context.note(`no promise is ${state}`);
  const titles = ["promised", "shop", "orders", "amount", "buyer", "closes", "by", "why"];
  const columns = titles.map((title) => ({ title, align: "left" as const }));
  context.out(textTable(columns, promises.map(cellsOf)).trimEnd());
}

const cellsOf = ({ at, shop, orders, amount, buyer, closesAt, by, reason, why }: PromiseItem): string[] => [
  ...[at, shop, orders.join(" "), amount.map((each) => `${each.amount} ${each.currency}`).join(" + ")],
  ...[buyer ?? "", closesAt ?? "", by ?? "", why ?? reason ?? ""],
];
