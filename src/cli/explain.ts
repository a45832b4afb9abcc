/** `dunlin explain ORDER --shop S`: the whole story of an order. */
import { explainOrder } from "../reporting/explain.ts";
import { storyJson, storyText } from "../reporting/format-explain.ts";
import { type CommandContext, CommandError, withDatabase } from "./context.ts";

export async function explainCommand(
  context: CommandContext,
  order: string,
  shop: string,
  json: boolean,
): Promise<void> {
  const zoneOf = (id: string) => context.config.shop(id)?.timeZone ?? "UTC";
  const story = await withDatabase(context, ({ sql }) => explainOrder({ sql, zoneOf }, { shop, order }));
  if (story === null)
    throw new CommandError(
      `no event ever told of order ${order} in shop ${shop}: check both ids, and that its events arrive`,
    );
  context.out(json ? JSON.stringify(storyJson(story), null, 2) : storyText(story));
}
