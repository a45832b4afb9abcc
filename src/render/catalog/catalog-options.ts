/** What a catalog is judged by, out of the configuration. */
import type { CatalogOptions } from "./catalog.ts";
import type { ChannelFacts } from "./text-advice.ts";

type Shop = { readonly locale: string; readonly closeAfter: number | null };
type Configuration = {
  readonly channels: readonly ChannelFacts[];
  readonly implicitShops: boolean;
  readonly shopIds: readonly string[];
  shop(id: string): Shop | null;
};

/** An id that no shop has: what it is given is the `"*"` entry. */
const UNLISTED = "\n";

export function catalogOptions(config: Configuration): CatalogOptions {
  const others = config.shop(UNLISTED);
  const shops = [...config.shopIds.map((id) => config.shop(id)), ...(config.implicitShops ? [] : [others])];
  const known = shops.filter((shop) => shop !== null);
  return {
    channels: config.channels.map(({ name }) => name),
    channelFacts: config.channels,
    shopIds: others === null ? config.shopIds : null,
    closeAfters: known.flatMap(({ closeAfter }) => closeAfter ?? []),
    ...(known.length === 0 ? {} : { shopLocales: known.map(({ locale }) => locale) }),
  };
}
