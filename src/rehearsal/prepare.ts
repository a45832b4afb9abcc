/** Builds the environment of a rehearsal from campaign files, or reports all their faults. */
import { byPriority } from "../core/rules/match.ts";
import type { Campaign, ShopPolicy } from "../core/values/policy.ts";
import { instantOf, type Period, type When } from "../core/values/when.ts";
import { buildCatalog } from "../render/catalog/catalog.ts";
import type { CatalogFiles } from "../render/catalog/catalog-files.ts";
import { channelOptions, currencyOf } from "../render/catalog/catalog-options.ts";
import type { ShopTable } from "./shops.ts";
import type { RehearsalChannel, RehearsalEnv, RehearsalStart } from "./types.ts";

export type PrepareInput = {
  readonly campaigns: CatalogFiles;
  readonly channels: readonly RehearsalChannel[];
  readonly shops: ShopTable;
  /** A day begins in the zone of each shop. */
  readonly from: When | null;
  /** Epoch ms, by which `today` is known. */
  readonly now: number;
  readonly changes: { readonly asOf: When | null; readonly tags: readonly string[]; readonly scale: number };
  /** The period whose orders come from the database; null: they come from a file. */
  readonly stored: Period | null;
  /** Whether the file was made of a table. */
  readonly table?: boolean;
  /** Whether the rows are wanted, and not only the figures. */
  readonly rows: boolean;
};

export type Prepared =
  | {
      readonly ok: true;
      readonly env: RehearsalEnv;
      readonly campaigns: readonly Campaign[];
      /** Some text names the buyer. */
      readonly names: boolean;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly faults: readonly string[] };

export function prepareRehearsal(input: PrepareInput): Prepared {
  const { campaigns, channels, shops, from, now, changes, stored, table = false, rows } = input;
  const { files, shownAs } = campaigns;
  const named = [...shops.listed.values(), ...(shops.other === null ? [] : [shops.other])];
  const built = buildCatalog(
    files,
    {
      ...channelOptions(channels),
      shopIds: shops.other === null ? [...shops.listed.keys()] : null,
      shopLocales: named.map(({ locale }) => locale),
      shopCurrencies: [
        ...[...shops.listed].flatMap(([id, shop]) => currencyOf(id, shop)),
        ...currencyOf(null, shops.other),
      ],
      closeAfters: named.flatMap(({ closeAfter }) => closeAfter ?? []),
    },
    shownAs,
  );
  // If the directory cannot be read, its other faults say nothing new.
  const unread = campaigns.faults.length > 0 && files.size === 0;
  const faults = [...campaigns.faults, ...(built.ok || unread ? [] : built.faults)];
  if (faults.length > 0 || !built.ok) return { ok: false, faults };
  const asOf = changes.asOf === null ? null : { when: changes.asOf, now, start: stored?.from ?? null };
  const env = {
    files,
    channels: plainChannels(channels),
    from: startOf(from, named, now),
    shops,
    rows,
    stored: stored !== null,
    table,
    changes: { ...changes, asOf },
  };
  const { catalog, warnings } = built;
  const names = catalog.templates.some(({ speaksOf }) => speaksOf.name);
  return { ok: true, env, campaigns: byPriority(catalog.campaigns), names, warnings };
}

function startOf(from: When | null, shops: readonly ShopPolicy[], now: number): RehearsalStart {
  if (from === null) return null;
  const zones = [...new Set(shops.map(({ timeZone }) => timeZone))].sort();
  const starts = new Map(zones.map((zone) => [zone, instantOf(from, { zone, now, edge: "start" })]));
  const [only, another] = new Set(starts.values());
  return another === undefined && only !== undefined ? only : starts;
}

/** The channels without their secrets. */
export const plainChannels = (channels: PrepareInput["channels"]): RehearsalChannel[] =>
  channels.map(({ name, provider, contacts, ratePerSecond, cost, fallback, caps }) => ({
    name,
    provider,
    contacts,
    ratePerSecond,
    cost,
    fallback,
    ...(caps === undefined ? {} : { caps }),
  }));
