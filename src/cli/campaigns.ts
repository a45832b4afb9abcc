/** `dunlin campaigns validate DIR`: every fault of campaigns and templates at once, each with file and line. */
import { loadCatalog } from "../render/catalog.ts";
import { catalogOptions } from "../render/catalog-options.ts";
import { type CommandContext, CommandError } from "./context.ts";

export function validateCommand({ config, out, note }: CommandContext, dir: string): void {
  const result = loadCatalog(dir, catalogOptions(config));
  if (!result.ok) throw new CommandError(result.faults.join("\n"));
  for (const warning of result.warnings) note(`warning: ${warning}`);
  const { campaigns, templates } = result.catalog;
  out(`${dir}: ${campaigns.length} campaign(s), ${templates.length} template(s), no fault`);
}
