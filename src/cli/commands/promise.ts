/** `dunlin promise ORDER --shop S --at T` */
import { Command } from "commander";
import { readId } from "../../core/order/id.ts";
import { formatInstant } from "../../core/values/instant.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import { recordPromise } from "../../followup/promise.ts";
import { instant } from "../arguments.ts";
import { type Describe, runCommand } from "../command.ts";
import { type CommandContext, CommandError, withDatabase } from "../context.ts";

type PromiseOptions = {
  readonly shop: string;
  /** Epoch ms. */
  readonly at: number;
  readonly reason?: string;
  readonly by?: string;
};

export const command: Describe = (cli) =>
  new Command("promise")
    .description("Record when the buyer promised to pay; reminders wait until then")
    .argument("<order>", "id of the order", readId)
    .requiredOption("--shop <shop>", "id of its shop")
    .requiredOption("--at <instant>", "when the buyer will pay, like 2026-11-10T20:00:00+08:00", instant)
    .option("--reason <text>", "why the buyer has not paid yet")
    .option("--by <name>", "who recorded the promise")
    .action((order: string, options: PromiseOptions) =>
      runCommand(cli, (context) => promiseCommand(context, order, options)),
    );

async function promiseCommand(context: CommandContext, order: string, options: PromiseOptions): Promise<void> {
  const { shop, at, reason = null, by = null } = options;
  const zone = context.config.shop(shop)?.timeZone ?? "UTC";
  const written = (ms: number) => formatInstant(Math.floor(ms), offsetMinutes(zone, ms));
  const result = await withDatabase(context, ({ sql }) => recordPromise(sql, { shop, order, at, reason, by }));
  switch (result.kind) {
    case "recorded":
      context.out(`No reminder of ${result.orders.join(", ")} is sent before ${written(at)}.`);
      return;
    case "past":
      throw new CommandError(
        `--at: ${written(at)} is in the past, it is ${written(result.now)} now: give a later time`,
      );
    case "unknown_order":
      throw new CommandError(
        `no event of order ${order} in shop ${shop} was received: check both ids, and that the shop sends its events`,
      );
    case "no_open_case":
      throw new CommandError(
        `order ${order} of ${shop} has no open case: \`dunlin explain ${order} --shop ${shop}\` shows why`,
      );
  }
}
