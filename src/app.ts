/** The composition root: configuration → stores, channels, campaigns → the roles that this process runs. It only lists the parts. */
import { watchCampaigns, withPauses } from "./campaigns/live.ts";
import { pauseForFault } from "./campaigns/pauses/pause.ts";
import { namedByMessageId, openReceipts } from "./channels/receipts.ts";
import { openChannels } from "./channels/registry.ts";
import type { RunningService, ServiceOptions } from "./cli/command.ts";
import type { Config } from "./config/config.ts";
import { countDue } from "./db/stores/dispatch/due-store.ts";
import { readStates } from "./db/stores/notices/fact-store.ts";
import { readResults } from "./db/stores/notices/result-store.ts";
import { measureSkew } from "./db/stores/reads/clock-skew.ts";
import { createDispatcher } from "./dispatch/dispatcher.ts";
import { unsubscribeLinks } from "./followup/unsubscribe.ts";
import { createIntake } from "./intake/intake.ts";
import { createLifecycle, type Lifecycle } from "./lifecycle.ts";
import { createProducer } from "./queue/producer.ts";
import { watchForLoss } from "./roles/chores/loss-watch.ts";
import { addResultGauges, MAX_RESULTS } from "./roles/chores/result-gauges.ts";
import { addStockGauges } from "./roles/chores/stock-gauges.ts";
import { watchClock } from "./roles/clock-watch.ts";
import { endStuck } from "./roles/end-stuck.ts";
import { keepStatisticsFresh } from "./roles/fresh-statistics.ts";
import { createMetrics } from "./roles/metrics.ts";
import { ROLE_NAMES, type RoleName } from "./roles/names.ts";
import type { Parts, Role } from "./roles/role.ts";
import { openCampaigns, openKeys, openQueue, openStore, openVault } from "./roles/stores.ts";
import { openVerifier } from "./roles/verifying.ts";
import { withWarningLog } from "./roles/warning-log.ts";

/** A process loads only the roles that it runs: a worker has no HTTP server in its memory. */
const ROLES: Readonly<Record<RoleName, () => Promise<Role>>> = {
  intake: async () => (await import("./roles/intake.ts")).intake,
  dispatch: async () => (await import("./roles/dispatch.ts")).dispatch,
  upkeep: async () => (await import("./roles/upkeep.ts")).upkeep,
  api: async () => (await import("./roles/api.ts")).api,
};

const MAX_DUE_COUNTED = 10_000;

export async function startApp(config: Config, options: ServiceOptions): Promise<RunningService> {
  const names = ROLE_NAMES.filter((name) => options.roles.includes(name));
  const roles = await Promise.all(names.map((name) => ROLES[name]()));
  const life = createLifecycle(options.log);
  try {
    const parts = await openParts(config, options, roles, life);
    let url: string | null = null;
    for (const role of roles) url = (await role.start(parts)) ?? url;
    return { url, failed: parts.database.died ?? new Promise(() => {}), stop: life.stop };
  } catch (error) {
    await life.stop();
    throw error;
  }
}

async function openParts(
  config: Config,
  { log, print, migrateEmpty }: ServiceOptions,
  roles: readonly Role[],
  life: Lifecycle,
): Promise<Parts> {
  const database = await openStore(config, { log, print, migrateEmpty });
  life.onRelease(() => database.close());
  const { sql } = database;
  keepStatisticsFresh(sql, log, life);
  const keys = await openKeys(config);
  const vault = await openVault(
    keys,
    database,
    roles.some(({ contacts }) => contacts),
  );
  const clock = await watchClock({ measure: () => measureSkew(sql), log });
  life.onRelease(() => clock.stop());
  const backend = await openQueue(config, database, log, clock.gate);
  life.onRelease(() => backend.close());
  const { publicUrl } = config;
  const channels = openChannels(config.channels, {
    ...{ log, print, now: clock.now, publicUrl },
    ...(publicUrl === null ? {} : { unsubscribeUrl: unsubscribeLinks(vault, publicUrl) }),
  });
  for (const channel of channels.values()) life.onRelease(() => channel.close());
  const live = await openCampaigns(config, database, channels, log);
  const producer = createProducer(backend);
  const metrics = createMetrics({
    due: () => countDue(sql, MAX_DUE_COUNTED),
    queueDepth: async () => {
      const depth = await producer.queueDepth();
      return depth.ok ? depth.value : null;
    },
    inFlight: () => dispatcher.inFlight,
    skewMs: clock.skewMs,
  });
  if (roles.some(({ replans }) => replans)) await watchForLoss({ sql, log, life, registry: metrics.registry });
  addStockGauges(metrics.registry, log, () => readStates(sql));
  addResultGauges(metrics.registry, log, () => readResults(sql, MAX_RESULTS));
  const shared = {
    sql,
    vault,
    shopOf: withPauses(config.shop, live),
    policy: () => live.current().policy,
    refresh: () => live.refresh(),
  };
  const intake = createIntake({
    ...shared,
    skipped: metrics.dispatch.skipped,
    unblock: () => endStuck(sql, log, true),
    broken: (error, which) => log.error({ err: error, ...which }, "an event failed and was set aside"),
  });
  const counted = (source: string) => withWarningLog(metrics.counted(source, intake), { log, source });
  const verify = await openVerifier({
    ...{ config, log, life, now: clock.now, seen: metrics.verified },
    intake: () => counted("verify"),
  });
  const dispatcher = createDispatcher({
    ...shared,
    catalog: () => live.current().catalog,
    channels,
    pauseChannel: async (channel, fault) => {
      await pauseForFault(sql, channel, fault);
      await live.refresh();
    },
    keepsMessageIds: namedByMessageId(openReceipts(config.channels, config.publicUrl)),
    verify,
    log,
    meter: metrics.dispatch,
  });
  const watch = watchCampaigns({ sql, live, log, replans: roles.some(({ replans }) => replans) });
  life.onStop(() => watch.stop());
  return {
    ...{
      config,
      log,
      print,
      life,
      database,
      keys,
      vault,
      backend,
      producer,
      live,
      dispatcher,
      intake: counted,
      metrics,
    },
    ...{ clock, channels },
    receipts: { ...shared, shopIds: config.shopIds, channels },
  };
}
