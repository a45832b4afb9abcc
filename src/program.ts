/** The commands of `dunlin`: their arguments, and what each runs. */
import { Command, Option } from "commander";
import { type AppOptions, ROLES, type Role, startApp } from "./app.ts";
import { dimensions, instant, keyName, locale, notEmpty, someOf, wholeNumber } from "./cli/arguments.ts";
import {
  type ApplyCommandOptions,
  applyCommand,
  diffCommand,
  exportCommand,
  rollbackCommand,
  validateCommand,
} from "./cli/commands/campaigns.ts";
import { doctorCommand } from "./cli/commands/doctor.ts";
import { explainCommand } from "./cli/commands/explain.ts";
import { importCommand } from "./cli/commands/import.ts";
import { createKeyCommand, listKeysCommand, revokeKeyCommand } from "./cli/commands/keys.ts";
import { migrateCommand } from "./cli/commands/migrate.ts";
import { type PromiseOptions, promiseCommand } from "./cli/commands/promise.ts";
import { type RehearseOptions, rehearseCommand } from "./cli/commands/rehearse.ts";
import { type ReportOptions, reportCommand } from "./cli/commands/report.ts";
import { type SendTestOptions, sendTestCommand } from "./cli/commands/send-test.ts";
import { suppressCommand } from "./cli/commands/suppress.ts";
import { type CommandContext, CommandError } from "./cli/context.ts";
import type { Config } from "./config/config.ts";
import { loadConfig } from "./config/load-config.ts";
import { KEY_ROLES, type KeyRole } from "./core/values/role.ts";
import { type DemoOptions, runDemo } from "./demo/run.ts";
import { MAX_SECONDS, MIN_SECONDS } from "./demo/shop/pace.ts";
import { createLog } from "./log.ts";
import { type Output, openOutput } from "./output.ts";

/** A drain that takes longer is given up, and said so; claims it held are rescued when their leases run out. */
const DRAIN_MS = 19_000;

function configure(): Config {
  const result = loadConfig(process.env, process.cwd());
  if (!result.ok) throw new CommandError(result.faults.join("\n"));
  return result.config;
}

async function runService(print: Output["line"], roles: readonly Role[], migrateEmpty: boolean): Promise<void> {
  const config = configure();
  const log = createLog(config.logLevel, 1);
  const options: AppOptions = { roles: new Set(roles), log, print, migrateEmpty };
  const app = await startApp(config, options);
  if (config.implicitShops)
    log.warn("no shops are configured: every shop is taken, in UTC; list yours in dunlin.yaml (README, Configuration)");
  log.info({ roles, ...(app.url === null ? {} : { url: app.url }) }, "Dunlin is up");
  let code = 0;
  const reason = await Promise.race([signalled(), app.failed]);
  if (reason instanceof Error) {
    log.fatal({ err: reason }, "the database is gone");
    code = 1;
  } else log.info({ signal: reason }, "draining");
  const late = setTimeout(() => {
    log.error("not everything ended in time; what was claimed and not recorded counts as unknown later");
    process.exit(1);
  }, DRAIN_MS);
  await app.stop();
  clearTimeout(late);
  log.info("stopped");
  process.exit(code);
}

/** One Ctrl-C often arrives twice: from the terminal and from npm, which passes it on. */
const ECHO_MS = 2_000;

/** The first SIGTERM or SIGINT; a later one, that is no echo of it, ends the process at once. */
function signalled(): Promise<string> {
  return new Promise((resolve) => {
    let first: number | null = null;
    for (const signal of ["SIGTERM", "SIGINT"] as const)
      process.on(signal, () => {
        if (first !== null && performance.now() - first > ECHO_MS) process.exit(1);
        first ??= performance.now();
        resolve(signal);
      });
  });
}

async function runOn(out: Output["line"], work: (context: CommandContext) => Promise<void>): Promise<void> {
  const config = configure();
  await work({
    config,
    log: createLog(config.logLevel === "info" ? "warn" : config.logLevel, 2),
    out,
    note: (text) => void process.stderr.write(`${text}\n`),
  });
}

const WORKER_ROLES = ROLES.filter((role) => role !== "api");

export function program(output: Output = openOutput(process.stdout)): Command {
  const runCommand = (work: (context: CommandContext) => Promise<void>) => runOn(output.line, work);
  const serve = (roles: readonly Role[], migrateEmpty: boolean) => runService(output.line, roles, migrateEmpty);
  const dunlin = new Command("dunlin")
    .description("Reminds buyers of unpaid orders once, in time, and counts honestly what came back.")
    .exitOverride()
    .showHelpAfterError("(see --help)")
    .configureHelp({ sortSubcommands: false });
  dunlin
    .command("start")
    .description("everything in one process: API, console, workers; embedded PostgreSQL when DATABASE_URL is unset")
    .action(() => serve(ROLES, true));
  dunlin
    .command("api")
    .description("the API alone, over shared stores")
    .action(() => serve(["api"], false));
  dunlin
    .command("worker")
    .description("worker roles alone, over shared stores")
    .option("--roles <list>", "which of intake,dispatch,upkeep", someOf(WORKER_ROLES), WORKER_ROLES)
    .action(({ roles }: { roles: Role[] }) => serve(roles, false));
  dunlin
    .command("migrate")
    .description("bring both schemas (Dunlin's, and BullMQ's on PostgreSQL) up to date; safe to run concurrently")
    .action(() => runCommand(migrateCommand));
  dunlin
    .command("import")
    .argument("<file>", "NDJSON of order events; - reads stdin")
    .option("--json", "print the totals as JSON")
    .description("take in order events from a file; bad rows go to FILE.rejected.ndjson, the rest goes in")
    .action((file: string, { json }: { json?: boolean }) =>
      runCommand((context) => importCommand(context, file, json === true)),
    );
  dunlin
    .command("report")
    .description("what was recovered: counts, money, rates, cost, and the lift over the holdout")
    .option("--by <list>", "rows by any of campaign,step,channel,template,variant,shop,day,hour", dimensions)
    .option("--from <instant>", "from this instant on, like 2026-11-10T20:00:00+08:00", instant)
    .option("--to <instant>", "before this instant", instant)
    .addOption(new Option("--format <format>", "how to print it").choices(["table", "json", "csv"]).default("table"))
    .option("--json", "the same as --format json")
    .action((options: ReportOptions & { json?: boolean }, command: Command) => {
      const { from, to } = options;
      if (from !== undefined && to !== undefined && from >= to) command.error("error: --from must lie before --to");
      const chosen: ReportOptions = options.json === true ? { ...options, format: "json" } : options;
      return runCommand((context) => reportCommand(context, chosen));
    });
  dunlin
    .command("explain")
    .argument("<order>", "the order's id")
    .requiredOption("--shop <shop>", "its shop")
    .option("--json", "print it as JSON")
    .description("the whole story of an order: events, case, reminders, reasons, deliveries, recovery")
    .action((order: string, { shop, json }: { shop: string; json?: boolean }) =>
      runCommand((context) => explainCommand(context, order, shop, json === true)),
    );
  dunlin
    .command("suppress")
    .argument("<address>", "phone number (+8613812345678) or chat handle", notEmpty)
    .requiredOption("--shop <shop>", "whose messages it must not get any more")
    .option("--kind <kind>", "phone, or the kind of chat (wechat)", "phone")
    .description("opt an address out by hand")
    .action((address: string, { shop, kind }: { shop: string; kind: string }) =>
      runCommand((context) => suppressCommand(context, address, shop, kind)),
    );
  dunlin
    .command("promise")
    .argument("<order>", "the order's id")
    .requiredOption("--shop <shop>", "its shop")
    .requiredOption("--at <instant>", "when the buyer will pay, like 2026-11-10T20:00:00+08:00", instant)
    .option("--reason <text>", "why it is unpaid until then")
    .option("--by <name>", "who recorded it")
    .description("the buyer promised to pay: what is left of the reminders and earlier waits until then")
    .action((order: string, options: PromiseOptions) =>
      runCommand((context) => promiseCommand(context, order, options)),
    );
  dunlin
    .command("send-test")
    .requiredOption("--campaign <campaign>", "its key")
    .requiredOption("--step <step>", "the step's id")
    .requiredOption("--channel <channel>", "the configured channel to send over")
    .requiredOption("--to <address>", "phone number (+8613812345678) or chat handle", notEmpty)
    .option("--locale <locale>", "of the text; default: the shop's", locale)
    .option("--variant <variant>", "of the campaign; default: the text for all")
    .option("--shop <shop>", "in whose name; default: the first that is configured")
    .description(
      "one real message from a template that runs, with sample data; without a database the templates of DUNLIN_TEMPLATES",
    )
    .action((options: SendTestOptions) => runCommand((context) => sendTestCommand(context, options)));
  dunlin
    .command("rehearse")
    .argument("<file>", "NDJSON of order events; - reads stdin")
    .requiredOption("--campaigns <dir>", "the campaigns to rehearse")
    .option("--from <instant>", "begin deciding here; what was told before is known", instant)
    .option("--json", "print every planned send and skip as JSON")
    .description("run campaigns over a file of events with a simulated clock; nothing is sent")
    .action((file: string, options: RehearseOptions) =>
      runCommand((context) => rehearseCommand(context, file, options, output.piece)),
    );
  const campaigns = dunlin.command("campaigns").description("campaigns and templates as files");
  campaigns
    .command("validate")
    .argument("<dir>", "the directory of campaigns")
    .description("every fault at once, each with file and line")
    .action((dir: string) => runCommand(async (context) => validateCommand(context, dir)));
  campaigns
    .command("diff")
    .argument("[dir]", "the directory of campaigns (DUNLIN_TEMPLATES)")
    .option("--json", "print it as JSON")
    .description("what applying the directory would change")
    .action((dir: string | undefined, options: { json?: boolean }) =>
      runCommand((context) => diffCommand(context, dir, options)),
    );
  campaigns
    .command("apply")
    .argument("[dir]", "the directory of campaigns (DUNLIN_TEMPLATES)")
    .option("--dry-run", "only say what would change")
    .option("--force", "overwrite what was edited in the database since the last apply")
    .option("--prune", "retire campaigns that were applied once and are not in the directory any more")
    .option("--note <text>", "why, for the history")
    .option("--json", "print it as JSON")
    .description(
      "make the directory's campaigns the ones that run: all of them or none; the same again changes nothing",
    )
    .action((dir: string | undefined, options: ApplyCommandOptions) =>
      runCommand((context) => applyCommand(context, dir, options)),
    );
  campaigns
    .command("export")
    .argument("<dir>", "an empty directory, or a new one")
    .option("--force", "replace the campaigns in a directory that is not empty")
    .option("--json", "print it as JSON")
    .description("write the campaigns that run as files, byte for byte")
    .action((dir: string, options: { force?: boolean; json?: boolean }) =>
      runCommand((context) => exportCommand(context, dir, options)),
    );
  campaigns
    .command("rollback")
    .argument("<campaign>", "its key: the name of its directory")
    .option("--to <version>", "the version to go back to (the one before the current)", wholeNumber(1, 2_147_483_647))
    .option("--note <text>", "why, for the history")
    .option("--json", "print it as JSON")
    .description("make what an earlier version held current again, as a new version")
    .action((campaign: string, options: { to?: number; note?: string; json?: boolean }) =>
      runCommand((context) => rollbackCommand(context, campaign, options)),
    );
  const keys = dunlin.command("keys").description("API keys and their role");
  keys
    .command("create")
    .argument("<name>", "whose it is: told in the audit trail", keyName)
    .addOption(new Option("--role <role>", "what it may do").choices(KEY_ROLES).makeOptionMandatory())
    .option("--json", "print it as JSON")
    .description("make a key, which is printed this once")
    .action((name: string, options: { role: KeyRole; json?: boolean }) =>
      runCommand((context) => createKeyCommand(context, name, options)),
    );
  keys
    .command("list")
    .option("--json", "print them as JSON")
    .description("all keys, also those that were revoked; never the keys themselves")
    .action((options: { json?: boolean }) => runCommand((context) => listKeysCommand(context, options)));
  keys
    .command("revoke")
    .argument("<name>", "the key's name")
    .description("make a key worthless, within seconds")
    .action((name: string) => runCommand((context) => revokeKeyCommand(context, name)));
  dunlin
    .command("doctor")
    .option("--json", "print the findings as JSON")
    .description("checks stores, queue settings, clock, channels, templates and campaigns")
    .action(({ json }: { json?: boolean }) => runCommand((context) => doctorCommand(context, json === true)));
  dunlin
    .command("demo")
    .option("--buyers <n>", "how many simulated buyers", wholeNumber(20, 5_000), 300)
    .option("--seconds <n>", "from the first order to the close of the last", wholeNumber(MIN_SECONDS, MAX_SECONDS), 60)
    .option("--seed <n>", "who does what; the same seed, the same buyers", wholeNumber(0, 2_147_483_647), 11)
    .description(
      "a simulated shop on all of Dunlin, in a directory of its own: nothing to install, nothing left behind",
    )
    .action(async (options: DemoOptions) => {
      const deps = { startApp, env: process.env, cwd: process.cwd(), out: process.stdout };
      process.exit(await runDemo(deps, options));
    });
  return dunlin;
}
