/** What campaigns are checked against: the configured channels and shops. */
import type { Config } from "../config/config.ts";
import type { CatalogOptions } from "../render/catalog.ts";

export function catalogOptions(config: Config): CatalogOptions {
  // No shop has this id: it gets what is not listed, if anything is.
  const unlisted = config.shop("\n");
  const shops = [...config.shopIds.map((id) => config.shop(id)), unlisted];
  return {
    channels: config.channels.map(({ name }) => name),
    shopIds: unlisted === null ? config.shopIds : null,
    shopLocales: shops.flatMap((shop) => shop?.locale ?? []),
  };
}
