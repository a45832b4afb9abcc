/** `dunlin doctor`: checks everything that the service needs and says, in one line each, what is wrong and what to do. */
import { Command } from "commander";
import { checkDirectory } from "../../../campaigns/apply.ts";
import { runningCatalog } from "../../../campaigns/live.ts";
import { listPaused, pauseText } from "../../../campaigns/pauses/list.ts";
import { StoredCampaignError } from "../../../campaigns/stored-campaign-error.ts";
import type { Config } from "../../../config/config.ts";
import { loadOrCreateKeys } from "../../../config/keys.ts";
import { quietWarning } from "../../../core/campaign/campaign-cautions.ts";
import { DAY, formatDuration, MINUTE } from "../../../core/values/duration.ts";
import { formatInstant } from "../../../core/values/instant.ts";
import type { Sql } from "../../../db/client.ts";
import { EmbeddedError } from "../../../db/embedded/errors.ts";
import { explainDbError } from "../../../db/explain-error.ts";
import type { OpenDatabase } from "../../../db/open.ts";
import { contactsSealedWith } from "../../../db/stores/buyers/contact-store.ts";
import { retentionLag } from "../../../db/stores/buyers/retention/lag.ts";
import { readRunning } from "../../../db/stores/campaigns/campaign-store.ts";
import { findUnlisted } from "../../../db/stores/dispatch/code-store.ts";
import { readOutages } from "../../../db/stores/dispatch/outage-store.ts";
import {
  certainSkew,
  describeSkew,
  measureSkew,
  SKEW_LIMIT_MS,
  SKEW_WARNING_MS,
  type Skew,
} from "../../../db/stores/reads/clock-skew.ts";
import { countFutureEvents } from "../../../db/stores/reads/future-store.ts";
import { countSharedContacts } from "../../../db/stores/reads/shared-contact-store.ts";
import { redactUrl } from "../../../db/url.ts";
import { createVault, type Vault } from "../../../db/vault.ts";
import { restoredState } from "../../../loss/release.ts";
import type { QueueLog } from "../../../queue/error-log.ts";
import { findQueue } from "../../../queue/queue-url.ts";
import { catalogOptions } from "../../../render/catalog/catalog-options.ts";
import { listShared } from "../../../reporting/shared-contacts.ts";
import { type Describe, runCommand } from "../../command.ts";
import { type CommandContext, CommandError, withDatabase } from "../../context.ts";
import { explainFileError } from "../../failure.ts";
import { examples } from "../../help.ts";
import { askedFindings, configuredFindings, failingFindings } from "./doctor-channels.ts";
import { replicaText } from "./doctor-replica.ts";
import { sourceFindings } from "./doctor-sources.ts";

export const command: Describe = (cli) =>
  new Command("doctor")
    .description("Check the stores, the queue, the clock, the channels, the campaigns and the shop systems")
    .option("--json", "print the findings as JSON")
    .addHelpText("after", examples("dunlin doctor", "dunlin doctor --json"))
    .action(({ json = false }: { json?: boolean }) => runCommand(cli, (context) => doctorCommand(context, json)));

type Finding = { readonly check: string; readonly ok: boolean; readonly message: string };

const MAX_COUNTED = 1_000;
/** Retention deletes each minute. */
const LATE_MS = DAY;
const SHOWN = 5;

/** Only the locks and delays of the queue depend on a worker's clock. */
function clockFinding(skew: Skew): [ok: boolean, message: string] {
  const certain = Math.abs(certainSkew(skew));
  if (certain <= SKEW_WARNING_MS)
    return [true, `this machine's clock differs by ${Math.round(Math.abs(skew.ms))} ms from the database's`];
  const effect = certain > SKEW_LIMIT_MS ? "; until then its processes take no work from the queue" : "";
  return [false, `this machine's clock is ${describeSkew(skew.ms)}: set it by NTP${effect}`];
}

export async function doctorCommand(context: CommandContext, json: boolean): Promise<void> {
  const findings: Finding[] = [];
  const add: Add = (check, ok, message) => void findings.push({ check, ok, message });
  const { config } = context;
  const keys = await loadOrCreateKeys(config);
  add("keys", keys.ok, keys.ok ? "secret key and API key found" : keys.fault);
  add(
    "shops",
    true,
    config.implicitShops
      ? "advice: none configured, so events of every shop are accepted, in UTC, with quiet hours from 22:00 to 08:00; list your shops in dunlin.yaml"
      : `${config.shopIds.length} configured`,
  );
  for (const id of config.shopIds)
    if (config.shop(id)?.country === null)
      add(
        "shops",
        true,
        `advice: set shops.${id}.country: its time zone and currency do not say it, so only phone numbers with their country code are read`,
      );
  for (const id of config.shopIds) {
    const quiet = config.shop(id)?.quietHours ?? null;
    const warning = quiet === null ? null : quietWarning(quiet);
    if (warning !== null) add("shops", true, `warning: quiet hours of ${id}: ${warning}`);
  }
  findings.push(...configuredFindings(config));
  /** A store that fails is one finding: the others are checked all the same. */
  const checking = async <T>(check: string, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      add(check, false, whyNot(error, config));
      return null;
    }
  };
  const stored = await checking("database", () =>
    withDatabase(context, async (database) => {
      await checking("database", async () => {
        const skew = await measureSkew(database.sql);
        const [row] = await database.sql<{ version: string }[]>`select current_setting('server_version') as version`;
        add("database", true, `PostgreSQL ${row?.version} at ${redactUrl(database.url)}${wayTo(database)}`);
        add("clock", ...clockFinding(skew));
        if (config.readUrl !== null) add("read replica", true, await replicaText(database, config.readUrl));
        if (keys.ok) {
          const vault = createVault(keys.keys.secretKey);
          const { kind, message } = await contactsSealedWith(database.sql, vault);
          add("contacts", kind !== "other", message);
          const shared = await sharedAdvice(config, database.sql, vault);
          if (shared !== null) add("contacts", true, shared);
        }
        const { held, due } = await restoredState(database.sql);
        if (held !== null)
          add("sending", false, `held since the database was restored, with ${due} due: look at \`dunlin restored\``);
        for (const advice of await futureAdvice(database.sql)) add("events", true, advice);
        for (const { kind, ms } of await retentionLag(database.sql, config.retention))
          if (ms > LATE_MS) add("retention", true, retentionText(kind, ms));
      });
      await checking("campaigns", async () => {
        for (const { ok, message } of await campaignFindings(config, database.sql)) add("campaigns", ok, message);
        for (const { channel, code, count } of await findUnlisted(database.sql, SHOWN))
          add(
            `channel ${channel}`,
            true,
            `warning: its provider answered ${count} time(s) with the code ${code}, which Dunlin does not know; look it up there, and report it to Dunlin`,
          );
        for (const { channel, since, code } of await readOutages(database.sql))
          add(
            `channel ${channel}`,
            true,
            `warning: its provider has not answered since ${formatInstant(Math.floor(since), 0)} (${code}): only probes are sent`,
          );
        for (const pause of await listPaused(database.sql)) add("paused", true, `warning: ${pauseText(pause)}`);
        findings.push(...(await failingFindings(database.sql)));
      });
      await checking("channels", async () => void findings.push(...(await askedFindings(config, database.sql))));
      await checking("sources", async () => {
        for (const { check, ok, message } of await sourceFindings(config, database.sql)) add(check, ok, message);
      });
      if (config.queueUrl === null) await checking("queue", () => checkQueue(config, database, add));
      return true;
    }),
  );
  if (stored === null) findings.push(...(await askedFindings(config, null)));
  if (stored === null)
    for (const { ok, message } of fileFindings(config, "those in the database are not checked; the files are sound: "))
      add("campaigns", ok, message);
  if (config.queueUrl !== null) await checking("queue", () => checkQueue(config, null, add));
  else if (stored === null) add("queue", true, "advice: not checked, because it is in the database");
  if (json) context.out(JSON.stringify({ ok: findings.every(({ ok }) => ok), findings }, null, 2));
  else for (const { check, ok, message } of findings) context.out(`${ok ? "ok  " : "FAIL"}  ${check}: ${message}`);
  const bad = findings.filter(({ ok }) => !ok).length;
  if (bad > 0) throw new CommandError(`${bad} of ${findings.length} checks failed`);
}

type Add = (check: string, ok: boolean, message: string) => void;

/** The findings are the answer: what the queue's client would log is not written among them. */
const NO_LOG: QueueLog = { info() {}, warn() {}, error() {} };

async function checkQueue(config: Config, database: OpenDatabase | null, add: Add): Promise<void> {
  const { openQueueBackend } = await import("../../../queue/connection.ts");
  const { url, throughPooler } = await findQueue(config, database ?? { directUrl: "" });
  const backend = openQueueBackend(url, { log: NO_LOG, throughPooler });
  try {
    const queue = await backend.check({ deep: true });
    for (const fault of queue.faults) add("queue", false, fault);
    for (const advice of queue.advice) add("queue", true, `advice: ${advice}`);
    if (queue.ok) add("queue", true, `${queue.kind} ${queue.version ?? ""}, answered in ${queue.latencyMs} ms`);
  } finally {
    await backend.close();
  }
}

function whyNot(error: unknown, { databaseUrl }: Config): string {
  if (error instanceof CommandError || error instanceof EmbeddedError) return error.message;
  return explainFileError(error) ?? explainDbError(error, databaseUrl ?? undefined);
}

function wayTo({ server, url, directUrl }: OpenDatabase): string {
  if (server === undefined || server.direct) return "";
  return url === directUrl
    ? ", through a pooler in session mode"
    : `, through a pooler in transaction mode; migrations and the queue go to ${redactUrl(directUrl)}`;
}

/** null: strangers share no contact. */
async function sharedAdvice(config: Config, sql: Sql, vault: Vault): Promise<string | null> {
  const count = await countSharedContacts(sql, MAX_COUNTED);
  if (count === 0) return null;
  const zoneOf = (shop: string) => config.shop(shop)?.timeZone ?? "UTC";
  const page = await listShared({ sql, vault, zoneOf }, { shop: null, limit: SHOWN, cursor: null });
  const shown = (page?.items ?? []).map(({ masked, shop, buyers }) => `${masked} in ${shop} (buyer ids: ${buyers})`);
  const more = count > shown.length ? " and others" : "";
  return `advice: ${count}${count === MAX_COUNTED ? " or more" : ""} phone numbers or handles are shared by strangers, join nobody and get no message: ${shown.join(", ")}${more}; GET /v1/contacts/shared lists them`;
}

async function futureAdvice(sql: Sql): Promise<string[]> {
  return (await countFutureEvents(sql)).map(
    ({ shop, events, ahead }) =>
      `warning: ${events} event(s) of ${shop} within 7 days came before their time, the last by ${formatDuration(Math.round(ahead / MINUTE) * MINUTE)}: a wall clock sent as UTC? Send instants with their offset`,
  );
}

const retentionText = (kind: string, ms: number): string =>
  `warning: ${kind} are kept ${Math.round(ms / DAY)} day(s) longer than retention.${kind} says: a process with the role upkeep deletes them, some each minute; if one runs and this grows, the database is too slow for it`;

/** Checks the campaigns in the database; before the first start, the directory that it will apply. */
async function campaignFindings(config: Config, sql: Sql): Promise<Omit<Finding, "check">[]> {
  const options = catalogOptions(config);
  const { campaigns } = await readRunning(sql);
  if (campaigns.length === 0) return fileFindings(config, "the first start will apply ");
  try {
    const { catalog, warnings } = runningCatalog(campaigns, options);
    const count = `${catalog.campaigns.length} campaign(s), ${catalog.templates.length} template(s)`;
    return [count, ...warnings.map((warning) => `warning: ${warning}`)].map((message) => ({ ok: true, message }));
  } catch (error) {
    if (!(error instanceof StoredCampaignError)) throw error;
    return error.message.split("\n").map((message) => ({ ok: false, message }));
  }
}

/** Checks the directory of campaigns. `before` begins the line that names it. */
function fileFindings(config: Config, before: string): Omit<Finding, "check">[] {
  const checked = checkDirectory(config.templatesDir, catalogOptions(config));
  if (!checked.ok) return checked.faults.map((message) => ({ ok: false, message }));
  const { shownAs, warnings } = checked.directory;
  return [`${before}${shownAs}`, ...warnings.map((warning) => `warning: ${warning}`)].map((message) => ({
    ok: true,
    message,
  }));
}
