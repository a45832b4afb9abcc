/**
 * `dunlin send-test --campaign C --step S --channel CH --to ADDRESS`: sends one real message from a template with sample data, over the
 * configured channel. The templates are the running ones of the database. If it has none or is not reachable, they are those of
 * DUNLIN_TEMPLATES. Nothing is stored, and opt-outs are not checked: the caller chooses the address. The address is never printed.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { runningCatalog } from "../../campaigns/live.ts";
import type { openChannels } from "../../channels/registry.ts";
import type { ChannelTerms, Message } from "../../core/seams/channel.ts";
import { didYouMean } from "../../core/text/suggest.ts";
import type { Campaign, ShopPolicy } from "../../core/values/policy.ts";
import { explainDbError } from "../../db/explain-error.ts";
import { readRunning } from "../../db/stores/campaigns/campaign-store.ts";
import { addressFor, sendTestMessage, type TestSent, testMessage } from "../../preview/test-message.ts";
import { providerOf } from "../../providers/all.ts";
import { type Catalog, loadCatalog } from "../../render/catalog/catalog.ts";
import { catalogOptions } from "../../render/catalog/catalog-options.ts";
import { composeMessage, type MadeMessage } from "../../render/message.ts";
import { sampleFacts } from "../../render/template/sample.ts";
import { locale, notEmpty } from "../arguments.ts";
import { type Describe, runCommand } from "../command.ts";
import { type CommandContext, CommandError, withDatabase } from "../context.ts";
import { examples } from "../help.ts";

export const command: Describe = (cli) =>
  new Command("send-test")
    .description("Send one real message from a running template, with sample data")
    .requiredOption("--campaign <campaign>", "key of the campaign")
    .requiredOption("--step <step>", "id of the step")
    .requiredOption("--channel <channel>", "configured channel")
    .requiredOption("--to <address>", "phone number (+8613812345678) or chat handle", notEmpty)
    .option("--locale <locale>", "locale of the text; default: the shop's", locale)
    .option("--variant <variant>", "variant of the campaign; default: the text without a variant")
    .option("--shop <shop>", "shop in whose name it is sent; default: the first configured shop")
    .addHelpText(
      "after",
      examples("dunlin send-test --campaign default --step nudge --channel sms --to +8613812345678"),
    )
    .action((options: SendTestOptions) => runCommand(cli, async (context) => void (await sendTest(context, options))));

export type SendTestOptions = {
  readonly campaign: string;
  readonly step: string;
  readonly channel: string;
  readonly to: string;
  /** Canonical. */
  readonly locale?: string;
  readonly variant?: string;
  readonly shop?: string;
};

/** Returns the message as it was made. */
export async function sendTest(
  context: CommandContext,
  options: SendTestOptions,
  open?: typeof openChannels,
): Promise<MadeMessage> {
  const { config, log, out } = context;
  const target = pick("channel", options.channel, config.channels, ({ name }) => name);
  if (providerOf(target.provider)?.asTask === true)
    throw new CommandError(
      `--channel: ${target.name} makes tasks for people and sends no message: \`dunlin desk take\` makes one`,
    );
  const shop = shopOf(context, options.shop);
  const to = addressOf(options.to, target, shop);
  const catalog = (await catalogThatRuns(context)) ?? catalogOfFiles(context);
  const composed = compose(catalog, options, target, shop, to);
  const opener = open ?? (await import("../../channels/registry.ts")).openChannels;
  const channel = opener([target], { log, print: out, publicUrl: config.publicUrl }).get(target.name);
  if (channel === undefined) throw new Error("the channel was opened");
  try {
    report(context, channel.provider, composed.made, await sendTestMessage(channel, composed.message, composed.made));
    return composed.made;
  } finally {
    await channel.close();
  }
}

/** null: no campaign was applied yet, or the database is not reachable, which is reported. */
async function catalogThatRuns(context: CommandContext): Promise<Catalog | null> {
  const { config, note } = context;
  // An embedded database that does not exist yet is not created for this.
  if (config.databaseUrl === null && !existsSync(join(config.dataDir, "postgres"))) return null;
  try {
    return await withDatabase(context, async ({ sql }) => {
      const { campaigns } = await readRunning(sql);
      return campaigns.length === 0 ? null : runningCatalog(campaigns, catalogOptions(config)).catalog;
    });
  } catch (error) {
    const why = error instanceof CommandError ? error.message : explainDbError(error, config.databaseUrl ?? undefined);
    note(`${why}; the templates are those of ${config.templatesDir}`);
    return null;
  }
}

function catalogOfFiles({ config }: CommandContext): Catalog {
  const loaded = loadCatalog(config.templatesDir, catalogOptions(config));
  if (!loaded.ok) throw new CommandError(loaded.faults.join("\n"));
  return loaded.catalog;
}

function pick<T>(what: string, name: string, all: readonly T[], nameOf: (one: T) => string): T {
  const found = all.find((one) => nameOf(one) === name);
  if (found !== undefined) return found;
  const names = all.map(nameOf);
  const hint = didYouMean(name, names) || ` (there ${names.length === 1 ? "is" : "are"} ${names.join(", ") || "none"})`;
  throw new CommandError(`--${what}: there is no ${what} ${name}${hint}`);
}

function shopOf({ config }: CommandContext, named: string | undefined): ShopPolicy {
  const id = named ?? config.shopIds[0] ?? sampleFacts("en").shop.id;
  const shop = config.shop(id);
  if (shop === null) throw new CommandError(`--shop: shop ${id} is not configured: list it under shops in dunlin.yaml`);
  return shop;
}

function addressOf(text: string, target: ChannelTerms, shop: ShopPolicy): string {
  const address = addressFor(text, target, shop);
  if (!address.ok) throw new CommandError(`--to: ${address.message}`);
  return address.to;
}

type Composed = { readonly message: Message; readonly made: MadeMessage };

function compose(
  catalog: Catalog,
  options: SendTestOptions,
  channel: ChannelTerms,
  shop: ShopPolicy,
  to: string,
): Composed {
  const campaign: Campaign = pick("campaign", options.campaign, catalog.campaigns, ({ key }) => key);
  const step = pick("step", options.step, campaign.steps, ({ id }) => id);
  const variant =
    options.variant === undefined ? null : pick("variant", options.variant, campaign.variants, ({ key }) => key).key;
  if (!step.channels.includes(channel.name))
    throw new CommandError(
      `--channel: step ${step.id} of ${campaign.key} does not use ${channel.name}; it uses ${step.channels.join(", ")}`,
    );
  const locale = options.locale ?? shop.locale;
  const now = Date.now();
  const made = composeMessage({
    findTemplate: catalog.findTemplate,
    campaign: campaign.key,
    step: step.id,
    variant,
    channel,
    shop,
    locale,
    facts: (template) => sampleFacts(template.locale, now),
    to,
  });
  if (!made.ok) {
    const hint = variant === null && campaign.variants.length > 0 ? ", or name a --variant" : "";
    throw new CommandError(made.template === null ? `${made.message}${hint}` : `${made.template}: ${made.message}`);
  }
  const names = { channel: channel.name, shop: shop.id, campaign: campaign.key, step: step.id };
  return { made, message: testMessage({ made, ...names, to, now }) };
}

/** The text that a buyer would read. Where the provider makes it of an approved template: also the fields and parameters of that. */
function shown({ text, approved, params, mail }: MadeMessage): string[] {
  const named = (fields: Readonly<Record<string, string>>) =>
    Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  const parts =
    approved === null ? [] : [`${approved.provider}: ${named(approved.fields).join(", ")}`, ...named(params)];
  return [...(mail === null ? [] : [`subject: ${mail.subject}`]), ...text.split("\n"), ...parts];
}

function report({ out }: CommandContext, provider: string, made: MadeMessage, sent: TestSent): void {
  const { to, key, messageId, segments, failure } = sent;
  if (failure === null) {
    const parts = [
      `accepted by ${provider} for ${to}`,
      ...(segments === null ? [] : [`${segments} segment(s)`]),
      ...(messageId === null ? [] : [`message ${messageId}`]),
    ];
    out(`${parts.join(", ")}, key ${key}`);
    // The channel console has printed it.
    if (providerOf(provider)?.delivers === true) for (const line of shown(made)) out(`  ${line}`);
    return;
  }
  const why = `${failure.code}: ${failure.message}`;
  if (sent.kind === "channel-fault") throw new CommandError(`not sent, the channel is at fault: ${why}`);
  throw new CommandError(
    sent.kind === "unknown"
      ? `the outcome is unknown, it may have been sent: ${why} (key ${key})`
      : `not sent, ${sent.kind === "failed-permanent" ? "refused" : "failed for now"}: ${why}`,
  );
}
