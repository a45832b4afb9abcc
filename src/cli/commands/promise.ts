/** `dunlin promise ORDER --shop S --at T`: the buyer said when they will pay; what is left of the plan and earlier waits until then. */
import { formatInstant } from "../../core/values/instant.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import { recordPromise } from "../../db/stores/buyers/promise-store.ts";
import { type CommandContext, CommandError, withDatabase } from "../context.ts";

export type PromiseOptions = {
  readonly shop: string;
  /** Epoch ms. */
  readonly at: number;
  readonly reason?: string;
  readonly by?: string;
};

export async function promiseCommand(context: CommandContext, order: string, options: PromiseOptions): Promise<void> {
  const { shop, at, reason = null, by = null } = options;
  const zone = context.config.shop(shop)?.timeZone ?? "UTC";
  const written = (ms: number) => formatInstant(Math.floor(ms), offsetMinutes(zone, ms));
  const result = await withDatabase(context, ({ sql }) => recordPromise(sql, { shop, order, at, reason, by }));
  switch (result.kind) {
    case "recorded":
      context.out(`Nothing goes out for ${result.orders.join(", ")} before ${written(at)}.`);
      return;
    case "past":
      throw new CommandError(`--at: ${written(at)} is past, it is ${written(result.now)}: name a time to come`);
    case "unknown_order":
      throw new CommandError(
        `no event ever told of order ${order} in shop ${shop}: check both ids, and that its events arrive`,
      );
    case "no_open_case":
      throw new CommandError(
        `order ${order} of ${shop} is not being chased: \`dunlin explain ${order} --shop ${shop}\` says why`,
      );
  }
}
