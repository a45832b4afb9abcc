/** What a catalog is judged by, out of the configuration. */
import type { ChannelFacts } from "./text-advice.ts";

export type CatalogOptions = {
  /** Names of the configured channels. */
  readonly channels: readonly string[];
  /** What texts are judged by. Of a channel that is not among them its name tells: `sms` speaks to phones. */
  readonly channelFacts?: readonly ChannelFacts[];
  /** After how long the shops' orders close, ms. */
  readonly closeAfters?: readonly number[];
  /** The shops' locales (that of `"*"` too): each should find a text in every step. Default: `en`. */
  readonly shopLocales?: readonly string[];
  /** The listed shops; null or absent: any shop is taken, so none is unknown. */
  readonly shopIds?: readonly string[] | null;
  /** What is read was checked when it was stored: a channel that is not configured any more is only a warning. */
  readonly stored?: boolean;
};

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
