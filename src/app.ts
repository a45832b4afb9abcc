/**
 * The composition root: configuration → stores, channels, campaigns → the roles that this process runs. Every resource pushes the way
 * to release it; `stop()` unwinds them, once: first nothing new is taken, and what is in hand is finished and recorded, then channels
 * and stores are closed in reverse.
 */
import type { Logger } from "pino";
import { applyOnFirstStart } from "./campaigns/first-start.ts";
import { type LiveCampaigns, openLiveCampaigns, StoredCampaignError, watchCampaigns } from "./campaigns/live.ts";
import { openChannels } from "./channels/registry.ts";
import type { RunningService, ServiceOptions } from "./cli/command.ts";
import type { Config } from "./config/config.ts";
import { type Keys, loadOrCreateKeys } from "./config/keys.ts";
import { StartError } from "./config/start-error.ts";
import type { Channel } from "./core/seams/channel.ts";
import { connectReads } from "./db/client.ts";
import { checkSchema, migrate } from "./db/migrate.ts";
import { type OpenDatabase, openDatabase } from "./db/open.ts";
import { analyzeGrown } from "./db/statistics.ts";
import { contactsSealedWith } from "./db/stores/buyers/contact-store.ts";
import { countDue, lookForWork } from "./db/stores/dispatch/dispatch-store.ts";
import { createVault } from "./db/vault.ts";
import { createDispatcher } from "./dispatch/dispatcher.ts";
import { startSweep } from "./dispatch/sweep.ts";
import { createIntake, type Intake } from "./intake/intake.ts";
import { createMetrics } from "./metrics.ts";
import { openQueueBackend, type QueueBackend } from "./queue/connection.ts";
import { InvalidJobError, maxEventsPerJob } from "./queue/jobs.ts";
import { createProducer } from "./queue/producer.ts";
import { startDispatchWorker, startOrdersWorker, startUpkeepWorker } from "./queue/worker.ts";
import { createRehearsals } from "./rehearsal/service.ts";
import { catalogOptions } from "./render/catalog/catalog-options.ts";
import { policyLookups } from "./reporting/policies.ts";
import { startHttp } from "./roles/api.ts";

export const ROLES = ["api", "intake", "dispatch", "upkeep"] as const;

const DUE_SCAN_MS = 250;
/** How much later than its time a row may be taken up without being late: a few scans, or two sweeps when the queue is away. */
const TAKE_UP_MS = 5_000;
const RESCUE_MS = 10_000;
/** How often it is seen to that the clocks above still run: a queue store that was out or emptied has forgotten them. */
const CLOCKS_MS = 5_000;
/** How soon a table that has doubled is analysed. */
const ANALYZE_MS = 5_000;
/** Below the limit of the whole drain, so that a queue that is away does not use it up. */
const CLOSE_WORKER_MS = 10_000;
const CUT_READS_MS = 5_000;
/** Due buyers that one nudge stands for. */
const PER_NUDGE = 100;
const MAX_COUNTED = 2_000;

export async function startApp(config: Config, options: ServiceOptions): Promise<RunningService> {
  const { log } = options;
  const roles = new Set(options.roles);
  const releases: (() => Promise<void>)[] = [];
  /** What takes work: all of it stops at once, before anything is released. */
  const takers: (() => Promise<unknown>)[] = [];
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    const complain = (error: unknown) => log.error({ err: error }, "a part did not stop cleanly");
    stopping ??= (async () => {
      await Promise.all(takers.map((halt) => halt().catch(complain)));
      for (const release of releases.reverse()) await release().catch(complain);
    })();
    return stopping;
  };
  try {
    const database = await openStore(config, options);
    releases.push(() => database.close());
    const keys = await loadOrCreateKeys(config);
    if (!keys.ok) throw new StartError(keys.fault);
    const vault = createVault(keys.keys.secretKey);
    if (roles.has("api") || roles.has("intake") || roles.has("dispatch")) {
      const sealed = await contactsSealedWith(database.sql, vault);
      if (sealed.kind === "other") throw new StartError(sealed.message);
    }
    const backend = await openQueue(config, database, log);
    releases.push(() => backend.close());
    const channels = openChannels(config.channels, { log, print: options.print });
    for (const channel of channels.values()) releases.push(() => channel.close());
    const live = await openCampaigns(config, database, channels, log);
    const shared = {
      sql: database.sql,
      vault,
      shopOf: config.shop,
      policy: () => live.current().policy,
      refresh: () => live.refresh(),
    };
    const producer = createProducer(backend);
    const metrics = createMetrics({
      due: () => countDue(database.sql, 10_000),
      queueDepth: async () => {
        const depth = await producer.queueDepth();
        return depth.ok ? depth.value : null;
      },
      inFlight: () => dispatcher.inFlight,
    });
    const intake = createIntake({
      ...shared,
      skipped: metrics.dispatch.skipped,
      broken: (error, which) => log.error({ err: error, ...which }, "an event cannot be taken in"),
    });
    const dispatcher = createDispatcher({
      ...shared,
      catalog: () => live.current().catalog,
      channels,
      log,
      meter: metrics.dispatch,
    });
    const counted = (source: string): Intake => ({
      get pending() {
        return intake.pending;
      },
      async submit(inputs) {
        const report = await intake.submit(inputs);
        metrics.takenIn(source, report);
        return report;
      },
    });

    const plans = roles.has("dispatch") || roles.has("upkeep");
    const watch = watchCampaigns({ sql: database.sql, live, log, plans });
    takers.push(() => watch.stop());
    if (roles.has("dispatch")) {
      takers.push(() => dispatcher.stop());
      const sweep = startSweep(dispatcher, log);
      takers.push(() => sweep.stop());
      const worker = startDispatchWorker({
        backend,
        handle: async () => {
          await dispatcher.drain();
        },
      });
      takers.push(() => worker.close(CLOSE_WORKER_MS));
    }
    if (roles.has("upkeep")) {
      const setClocks = () => producer.scheduleUpkeep({ "due-scan": DUE_SCAN_MS, rescue: RESCUE_MS });
      await setClocks();
      const clocks = setInterval(() => void setClocks(), CLOCKS_MS);
      takers.push(async () => clearInterval(clocks));
      let analysing: Promise<unknown> = Promise.resolve();
      const analyze = setInterval(() => {
        analysing = analysing
          .then(() => analyzeGrown(database.sql))
          .catch((error) => log.warn({ err: error }, "tables could not be analysed"));
      }, ANALYZE_MS);
      takers.push(() => {
        clearInterval(analyze);
        return analysing;
      });
      const worker = startUpkeepWorker({
        backend,
        handle: async (chore) => {
          if (chore === "rescue") await dispatcher.rescue();
          if (chore !== "due-scan") return;
          const { due, waiting } = await lookForWork(database.sql, MAX_COUNTED);
          const nudges = Math.ceil(due / PER_NUDGE) + (waiting ? 1 : 0);
          if (nudges > 0) await producer.enqueueDispatch(nudges);
        },
      });
      takers.push(() => worker.close(CLOSE_WORKER_MS));
    }
    if (roles.has("intake")) {
      const worker = startOrdersWorker({ backend, submit: jobIntake(counted("queue")) });
      takers.push(() => worker.close(CLOSE_WORKER_MS));
    }
    let url: string | null = null;
    if (roles.has("api")) {
      const reads = connectReads(database.url);
      releases.push(() => reads.close());
      const http = await startHttp({
        config,
        keys: keys.keys,
        database,
        reads: reads.sql,
        backend,
        intake: counted,
        metrics: { text: () => metrics.registry.metrics(), answered: metrics.answered },
        policies: policyLookups(() => live.current().policy.campaigns, config.shop),
        rehearsals: createRehearsals({ config, files: () => live.current().catalog.files }),
        log,
      });
      takers.push(http.close);
      // A report that hangs must not hold up the drain: it is cut, and answered with 503.
      takers.push(() => reads.close(CUT_READS_MS));
      url = http.url;
      for (const line of welcome(url, keys.keys)) options.print(line);
    }
    return { url, failed: database.died ?? new Promise(() => {}), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What a person at the terminal needs first. The key is shown the one time it is made; later it is read from its file. */
function welcome(url: string, { apiKey, apiKeyCreated, apiKeyFile }: Keys): string[] {
  const lines = [`Dunlin listens at ${url} (OpenAPI: ${url}/openapi.json)`];
  if (apiKeyCreated) lines.push(`Admin API key, shown this once: ${apiKey}   (kept in ${apiKeyFile})`);
  else if (apiKeyFile !== null) lines.push(`Admin API key: see ${apiKeyFile}`);
  return lines;
}

/** The first start applies the directory of campaigns; every start runs what is in the database. */
async function openCampaigns(
  config: Config,
  { sql }: OpenDatabase,
  channels: ReadonlyMap<string, Channel>,
  log: Logger,
): Promise<LiveCampaigns> {
  const options = catalogOptions(config);
  const first = await applyOnFirstStart({ sql, log, options }, config.templatesDir);
  if (!first.ok) throw new StartError(first.faults.join("\n"));
  const contacts = new Map([...channels].map(([name, { contact }]) => [name, contact]));
  try {
    const live = await openLiveCampaigns({ sql, options, channels: contacts, takeUp: TAKE_UP_MS });
    for (const warning of live.current().warnings) log.warn(warning);
    return live;
  } catch (error) {
    if (!(error instanceof StoredCampaignError)) throw error;
    throw new StartError(
      `${error.message}\nthis program cannot run these campaigns of the database: correct them in a directory, and \`dunlin campaigns apply\` it`,
    );
  }
}

async function openStore(config: Config, options: ServiceOptions): Promise<OpenDatabase> {
  const database = await openDatabase({
    databaseUrl: config.databaseUrl,
    dataDir: config.dataDir,
    mode: "own",
    log: (message, fields) => options.log.debug(fields ?? {}, message),
    connect: { max: 16, applicationName: "dunlin" },
  });
  try {
    const verdict = await checkSchema(database.sql, database.url);
    const mayMigrate = config.databaseUrl === null || (options.migrateEmpty && verdict.kind === "absent");
    if (verdict.kind === "newer" || (verdict.kind !== "fits" && !mayMigrate)) throw new StartError(verdict.message);
    if (verdict.kind !== "fits") await migrate(database.url);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** On PostgreSQL the queue's own schema is part of what `migrate` brings up to date; the embedded one is ours alone. */
async function openQueue(config: Config, database: OpenDatabase, log: Logger): Promise<QueueBackend> {
  const backend = openQueueBackend(config.queueUrl ?? database.url, { log });
  if (backend.kind === "postgres") await backend.migrate();
  return backend;
}

/**
 * A job holds one event or an array of them. What is wrong with some does not hold up the others; a job with refused events is kept
 * among the failed, as it came, so that nothing is lost: run again, what went in counts as duplicate.
 */
function jobIntake(intake: Intake) {
  return async (data: unknown): Promise<void> => {
    const events = Array.isArray(data) ? data : [data];
    if (events.length > maxEventsPerJob)
      throw new InvalidJobError(`a job may hold ${maxEventsPerJob} events, this one holds ${events.length}: split it`);
    const { rejected } = await intake.submit(events);
    const [first] = rejected;
    if (first === undefined) return;
    const which =
      events.length === 1
        ? ""
        : `${rejected.length} of ${events.length} refused, the others are in; index ${first.index}: `;
    throw new InvalidJobError(`${which}${first.code}: ${first.message}`);
  };
}
