/**
 * The campaigns that a process runs: the campaigns in the database, as one consistent set. The process picks up a new revision when it
 * plans and the fence finds its set outdated, and by a look every two seconds. The look also has open cases replanned.
 */
import type { Logger } from "pino";
import type { BuyerPolicy } from "../core/rules/buyer-state.ts";
import { byPriority } from "../core/rules/match.ts";
import { readMethodName } from "../core/values/payment-method.ts";
import type { ChannelContacts, ShopPolicy } from "../core/values/policy.ts";
import type { Sql } from "../db/client.ts";
import { newId } from "../db/ids.ts";
import { type RunningCampaign, readRunning } from "../db/stores/campaigns/campaign-store.ts";
import { CampaignsBusy } from "../db/stores/campaigns/planning-fence.ts";
import { campaignsRevision, planAnewIfChanged } from "../db/stores/campaigns/settings-store.ts";
import { buildCatalog, type Catalog } from "../render/catalog/catalog.ts";
import type { CatalogOptions } from "../render/catalog/catalog-options.ts";
import { endPauses } from "./pauses/pause.ts";
import { StoredCampaignError } from "./stored-campaign-error.ts";

export type CampaignSet = {
  readonly catalog: Catalog;
  readonly policy: BuyerPolicy;
  readonly pausedShops: ReadonlySet<string>;
  /** Shop → its paused payment methods. */
  readonly pausedMethods: ReadonlyMap<string, ReadonlySet<string>>;
  readonly warnings: readonly string[];
};

export type LiveCampaigns = {
  /** The set never changes. A later call may return another set. */
  current(): CampaignSet;
  /** Reads the database. Calls at the same time share one read. */
  refresh(): Promise<void>;
};

export type LiveDeps = {
  readonly sql: Sql;
  readonly options: CatalogOptions;
  readonly channels: ChannelContacts;
  /** Channel → its fallback. Absent: no channel has one. */
  readonly fallbacks?: ReadonlyMap<string, string | null>;
  /** See BuyerPolicy. */
  readonly takeUp?: number;
};

/** Throws StoredCampaignError. */
export async function openLiveCampaigns(deps: LiveDeps): Promise<LiveCampaigns> {
  let set = await readSet(deps);
  let reading: Promise<void> | null = null;
  return {
    current: () => set,
    refresh() {
      // A shared read may have begun before the change; a caller that is still outdated calls again.
      reading ??= readSet(deps)
        .then((read) => {
          set = read;
        })
        .finally(() => {
          reading = null;
        });
      return reading;
    },
  };
}

async function readSet({ sql, options, channels, fallbacks, takeUp }: LiveDeps): Promise<CampaignSet> {
  const { revision, campaigns, pausedChannels, pausedShops, pausedMethods, faultyChannels } = await readRunning(sql);
  const { catalog, warnings } = runningCatalog(campaigns, options);
  const policy: BuyerPolicy = {
    campaigns: byPriority(catalog.campaigns),
    channels,
    ...(pausedChannels.length === 0 ? {} : { pausedChannels: new Set(pausedChannels) }),
    ...(faultyChannels.length === 0
      ? {}
      : { faultyChannels: new Map(faultyChannels.map((name) => [name, fallbacks?.get(name) ?? null])) }),
    newId,
    revision,
    ...(takeUp === undefined ? {} : { takeUp }),
  };
  return { catalog, policy, pausedShops: new Set(pausedShops), pausedMethods: byShop(pausedMethods), warnings };
}

function byShop(names: readonly string[]): Map<string, Set<string>> {
  const methods = new Map<string, Set<string>>();
  for (const { shop, method } of names.map(readMethodName))
    methods.set(shop, (methods.get(shop) ?? new Set()).add(method));
  return methods;
}

/** The policy of a shop, with whether the shop is paused, or some of its payment methods. It belongs to the same set as the current policy. */
export const withPauses =
  (shopOf: (shop: string) => ShopPolicy | null, live: LiveCampaigns) =>
  (shop: string): ShopPolicy | null => {
    const policy = shopOf(shop);
    if (policy === null) return null;
    const { pausedShops, pausedMethods } = live.current();
    const methods = pausedMethods.get(shop);
    if (methods === undefined && !pausedShops.has(shop)) return policy;
    return {
      ...policy,
      ...(pausedShops.has(shop) ? { paused: true } : {}),
      ...(methods === undefined ? {} : { pausedMethods: methods }),
    };
  };

/** Stored versions were checked when they were stored. A channel that is no longer configured is only a warning. */
export function runningCatalog(
  running: readonly RunningCampaign[],
  options: CatalogOptions,
): { catalog: Catalog; warnings: readonly string[] } {
  if (running.length === 0) return { catalog: NONE, warnings: [] };
  const files = new Map<string, string>();
  for (const { key, files: own } of running)
    for (const [name, text] of Object.entries(own)) files.set(`${key}/${name}`, text);
  const built = buildCatalog(files, { ...options, stored: true }, "database");
  if (!built.ok) throw new StoredCampaignError(built.faults.join("\n"));
  const stateOf = new Map(running.map((each) => [each.key, each]));
  const campaigns = built.catalog.campaigns.map((campaign) => {
    const state = stateOf.get(campaign.key);
    const version = String(state?.number ?? "");
    return Object.freeze({ ...campaign, version, ...(state?.paused === true ? { paused: true } : {}) });
  });
  return { catalog: { ...built.catalog, campaigns }, warnings: built.warnings };
}

const NONE: Catalog = { campaigns: [], templates: [], phrases: [], files: new Map(), findTemplate: () => null };

const EVERY_MS = 2_000;

/** `replans`: this process also has open cases replanned. An outage is logged once. */
export function watchCampaigns(
  { sql, live, log, replans }: { sql: Sql; live: LiveCampaigns; log: Logger; replans: boolean },
  everyMs: number = EVERY_MS,
): { stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let failing = false;

  async function look(): Promise<void> {
    try {
      for (const { kind, name } of replans ? await endPauses(sql) : [])
        log.info({ kind, name }, "the time of a pause is over: it is resumed");
      const { revision } = await campaignsRevision(sql);
      const before = live.current().policy.revision;
      if (revision !== before) {
        await live.refresh();
        log.info({ revision, campaigns: live.current().catalog.campaigns.length }, "campaigns changed");
      }
      const marked = replans ? await planAnewIfChanged(sql) : 0;
      if (marked > 0) log.info({ buyers: marked }, "open cases will be replanned");
      failing = false;
    } catch (error) {
      // A planner in the way: the next look tries again.
      if (error instanceof CampaignsBusy) return;
      if (!failing) log.error({ err: error }, "campaigns cannot be read; the last ones keep running until they can");
      failing = true;
    }
  }
  const next = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = look().finally(next);
    }, everyMs);
  };
  running = look().finally(next);
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
