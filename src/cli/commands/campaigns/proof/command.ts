/** `dunlin campaigns proof DIR`: every text as buyers would read it, to check, to hand round and to sign. */
import { Command, Option } from "commander";
import { didYouMean } from "../../../../core/text/suggest.ts";
import { loadCatalog } from "../../../../render/catalog/catalog.ts";
import { catalogOptions } from "../../../../render/catalog/catalog-options.ts";
import { makeProof } from "../../../../render/proof/proof.ts";
import { type Describe, runCommand } from "../../../command.ts";
import { type CommandContext, CommandError } from "../../../context.ts";
import { examples } from "../../../help.ts";
import { proofHtml } from "./html.ts";
import { proofCsv, proofTable } from "./text.ts";

const FORMATS = ["table", "csv", "html", "json"] as const;
type Options = { readonly format: (typeof FORMATS)[number]; readonly shop?: string };

export const command: Describe = (cli) =>
  new Command("proof")
    .description(
      "Show every text by locale, channel and variant as buyers would read it, with segments, money and warnings",
    )
    .argument("<dir>", "directory of campaigns")
    .addOption(
      new Option("--format <format>", "output format; html is one page to print").choices(FORMATS).default("table"),
    )
    .option("--json", "short for --format json")
    .option("--shop <shop>", "shop that the texts speak for; default: the first one of dunlin.yaml")
    .addHelpText(
      "after",
      examples("dunlin campaigns proof templates", "dunlin campaigns proof templates --format html > proof.html"),
    )
    .action((dir: string, { json, ...options }: Options & { readonly json?: boolean }) =>
      runCommand(cli, (context) =>
        proofCommand(context, dir, json === true ? { ...options, format: "json" } : options),
      ),
    );

export function proofCommand({ config, out }: CommandContext, dir: string, { format, shop: named }: Options): void {
  const loaded = loadCatalog(dir, catalogOptions(config));
  if (!loaded.ok) throw new CommandError(loaded.faults.join("\n"));
  const id = named ?? config.shopIds[0];
  const shop = id === undefined ? null : config.shop(id);
  if (named !== undefined && shop === null)
    throw new CommandError(`--shop: shop ${named} is not configured${didYouMean(named, config.shopIds)}`);
  const { catalog, advice } = loaded;
  const campaigns = makeProof({ catalog, advice, channels: config.channels, shop });
  if (format === "json") out(JSON.stringify({ directory: dir, campaigns }, null, 2));
  else if (format === "csv") out(proofCsv(campaigns).trimEnd());
  else if (format === "html") out(proofHtml(campaigns, dir));
  else out(proofTable(campaigns));
}
