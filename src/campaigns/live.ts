/**
 * The campaigns that a process runs: those of the database, as one consistent set. A new revision is picked up by whoever plans (the
 * fence tells that it is outdated) and by a look every two seconds, which also sees to it that open cases are planned anew.
 */
import type { Logger } from "pino";
import type { BuyerPolicy } from "../core/rules/buyer-state.ts";
import { byPriority } from "../core/rules/match.ts";
import type { ChannelContacts } from "../core/values/policy.ts";
import type { Sql } from "../db/client.ts";
import { newId } from "../db/ids.ts";
import { type RunningCampaign, readRunning } from "../db/stores/campaigns/campaign-store.ts";
import { campaignsRevision, planAnewIfChanged } from "../db/stores/campaigns/settings-store.ts";
import { buildCatalog, type Catalog } from "../render/catalog/catalog.ts";
import type { CatalogOptions } from "../render/catalog/catalog-options.ts";

export type CampaignSet = {
  readonly catalog: Catalog;
  readonly policy: BuyerPolicy;
  readonly warnings: readonly string[];
};

export type LiveCampaigns = {
  /** Never changes; a later call may give another one. */
  current(): CampaignSet;
  /** Reads the database; calls at the same time share one read. */
  refresh(): Promise<void>;
};

/** What is stored cannot be run by this program. */
export class StoredCampaignError extends Error {
  override readonly name = "StoredCampaignError";
}

export type LiveDeps = {
  readonly sql: Sql;
  readonly options: CatalogOptions;
  readonly channels: ChannelContacts;
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
      // A read that began before the caller found itself outdated may be of before: such a caller comes again.
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

async function readSet({ sql, options, channels, takeUp }: LiveDeps): Promise<CampaignSet> {
  const { revision, campaigns } = await readRunning(sql);
  const { catalog, warnings } = runningCatalog(campaigns, options);
  const policy: BuyerPolicy = {
    campaigns: byPriority(catalog.campaigns),
    channels,
    newId,
    revision,
    ...(takeUp === undefined ? {} : { takeUp }),
  };
  return { catalog, policy, warnings };
}

/** Stored versions were checked when they were stored; that a channel is configured no more is only worth a warning. */
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

const NONE: Catalog = { campaigns: [], templates: [], files: new Map(), findTemplate: () => null };

const EVERY_MS = 2_000;

/** `plans`: this process also plans open cases anew. An outage is told once. */
export function watchCampaigns(
  { sql, live, log, plans }: { sql: Sql; live: LiveCampaigns; log: Logger; plans: boolean },
  everyMs: number = EVERY_MS,
): { stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let failing = false;

  async function look(): Promise<void> {
    try {
      const { revision } = await campaignsRevision(sql);
      const before = live.current().policy.revision;
      if (revision !== before) {
        await live.refresh();
        log.info({ revision, campaigns: live.current().catalog.campaigns.length }, "campaigns changed");
      }
      const marked = plans ? await planAnewIfChanged(sql) : 0;
      if (marked > 0) log.info({ buyers: marked }, "open cases are planned anew");
      failing = false;
    } catch (error) {
      if (!failing) log.error({ err: error }, "campaigns cannot be read; going on with those that were, and trying on");
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
