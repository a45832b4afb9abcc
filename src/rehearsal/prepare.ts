/** Builds the environment of a rehearsal from campaign files, or reports all their faults. */
import { buildCatalog } from "../render/catalog/catalog.ts";
import type { CatalogFiles } from "../render/catalog/catalog-files.ts";
import type { ShopTable } from "./shops.ts";
import type { RehearsalChannel, RehearsalEnv } from "./types.ts";

export type PrepareInput = {
  readonly campaigns: CatalogFiles;
  readonly channels: readonly RehearsalChannel[];
  readonly shops: ShopTable;
  readonly from: number | null;
};

export type Prepared =
  | { readonly ok: true; readonly env: RehearsalEnv; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly faults: readonly string[] };

export function prepareRehearsal({ campaigns, channels, shops, from }: PrepareInput): Prepared {
  const { files, shownAs } = campaigns;
  const named = [...shops.listed.values(), ...(shops.other === null ? [] : [shops.other])];
  const built = buildCatalog(
    files,
    {
      channels: channels.map(({ name }) => name),
      shopIds: shops.other === null ? [...shops.listed.keys()] : null,
      shopLocales: named.map(({ locale }) => locale),
      closeAfters: named.flatMap(({ closeAfter }) => closeAfter ?? []),
    },
    shownAs,
  );
  // If the directory cannot be read, its other faults say nothing new.
  const unread = campaigns.faults.length > 0 && files.size === 0;
  const faults = [...campaigns.faults, ...(built.ok || unread ? [] : built.faults)];
  if (faults.length > 0 || !built.ok) return { ok: false, faults };
  // Warnings about texts belong to `campaigns validate`. A rehearsal is about what is sent and when.
  const warnings = built.warnings.filter((_, index) => built.advice[index]?.about === "campaign");
  return { ok: true, env: { files, channels: plainChannels(channels), from, shops }, warnings };
}

/** The channels without their secrets. */
export const plainChannels = (channels: PrepareInput["channels"]): RehearsalChannel[] =>
  channels.map(({ name, provider, contact, ratePerSecond, cost, fallback }) => ({
    name,
    provider,
    contact,
    ratePerSecond,
    cost,
    fallback,
  }));
