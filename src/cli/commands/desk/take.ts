/** `dunlin desk take CASE` */
import { Command } from "commander";
import { caseOfOrder } from "../../../db/stores/desk/take-store.ts";
import { orderIdOf } from "../../../db/stores/reads/order-name-store.ts";
import { take } from "../../../followup/desk/take.ts";
import { notEmpty } from "../../arguments.ts";
import { type Describe, runCommand } from "../../command.ts";
import { CommandError, commandActor, withDatabase } from "../../context.ts";
import { examples } from "../../help.ts";
import { refuse, yoursUntil } from "./task.ts";

type Options = { readonly shop?: string; readonly order?: string };

export const takeCommand: Describe = (cli) =>
  new Command("take")
    .description("Take an open case by hand for 15 minutes, or to the end of your shift: it gets no message meanwhile")
    .argument("[case]", "id of the case, as `dunlin explain --json` prints it", notEmpty)
    .option("--shop <shop>", "the shop", notEmpty)
    .option("--order <id>", "the case of this order, by its id or number, instead of a case", notEmpty)
    .addHelpText("after", examples("dunlin desk take --order 2233445566 --shop acme"))
    // `dunlin desk` has some of these options, too, and takes them first.
    .action((id: string | undefined, _: Options, command: Command) =>
      runCommand(cli, async (context) => {
        const { shop, order } = command.optsWithGlobals<Options>();
        if (shop === undefined) throw new CommandError("--shop: say in which shop, like --shop acme");
        if ((id === undefined) === (order === undefined)) throw new CommandError("give either a case or --order ID");
        await withDatabase(context, async ({ sql }) => {
          const found = id ?? (await caseOfOrder(sql, shop, await orderIdOf(sql, shop, order ?? "")));
          if (found === null)
            throw new CommandError(
              `order ${order} of ${shop} has no open case: \`dunlin explain ${order} --shop ${shop}\` says why`,
            );
          const result = await take({ sql }, commandActor(), { shop, id: found });
          if (result.kind === "unknown_case") throw new CommandError(`no case of ${shop} has the id ${found}`);
          if (result.kind === "ended") throw new CommandError("the case has ended: nothing of it is unpaid any more");
          if (result.kind !== "changed") refuse(result);
          context.out(`${await yoursUntil(context, sql, result.task)}: task ${result.task.slice(0, 8)}.`);
        });
      }),
    );
