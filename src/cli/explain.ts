/** `dunlin explain ORDER --shop S`: the whole story of an order. */

import { loadCatalog } from "../render/catalog.ts";
import { explainOrder } from "../reporting/explain.ts";
import { storyJson, storyText } from "../reporting/format-explain.ts";
import { policyLookups } from "../reporting/policies.ts";
import { type CommandContext, CommandError, withDatabase } from "./context.ts";

export async function explainCommand(
  context: CommandContext,
  order: string,
  shop: string,
  json: boolean,
): Promise<void> {
  const { config } = context;
  const loaded = loadCatalog(config.templatesDir, { channels: config.channels.map(({ name }) => name) });
  // The story is told without them, too: what was planned is stored, they only give it words.
  const policies = policyLookups(() => (loaded.ok ? loaded.catalog.campaigns : []), config.shop);
  const story = await withDatabase(context, ({ sql }) => explainOrder({ sql, ...policies }, { shop, order }));
  if (story === null)
    throw new CommandError(
      `no event ever told of order ${order} in shop ${shop}: check both ids, and that its events arrive`,
    );
  context.out(json ? JSON.stringify(storyJson(story), null, 2) : storyText(story));
}
