/** The parts of the configuration that a catalog is checked against. */
import type { ShopCurrency } from "../../core/campaign/amounts.ts";
import type { Channel } from "../../core/seams/channel.ts";
import type { ChannelFacts } from "./advice-types.ts";

export type CatalogOptions = {
  /** Names of the configured channels. */
  readonly channels: readonly string[];
  /** The fallback of each channel: steps may have texts for it. Absent: none has one. */
  readonly fallbacks?: ReadonlyMap<string, Pick<Channel, "fallback">>;
  /** Texts are checked against these. A channel that is not listed is judged by its name: `sms` sends to phones. */
  readonly channelFacts?: readonly ChannelFacts[];
  /** Times after which the shops' orders close, ms. */
  readonly closeAfters?: readonly number[];
  /** Locales of the shops, `"*"` included. Each should find a text in every step. Default: `en`. */
  readonly shopLocales?: readonly string[];
  /** The longest pay link that is known; absent: a made-up one of usual length. */
  readonly payUrl?: string;
  /** The listed shops; null or absent: every shop is accepted. */
  readonly shopIds?: readonly string[] | null;
  /** The currency of each shop. Absent: not known. */
  readonly shopCurrencies?: readonly ShopCurrency[];
  /** Epoch ms, by which a campaign is over; absent: not judged. */
  readonly now?: () => number;
  /**
   * The campaigns were checked when they were stored: a channel that is no longer configured, or one number for shops
   * of several currencies, is only a warning.
   */
  readonly stored?: boolean;
};

type Shop = { readonly locale: string; readonly currency: string; readonly closeAfter: number | null };
type Configuration = {
  readonly channels: readonly (ChannelFacts & Pick<Channel, "fallback">)[];
  readonly implicitShops: boolean;
  readonly shopIds: readonly string[];
  shop(id: string): Shop | null;
};

/** No shop has this id, so it gets the `"*"` entry. */
const UNLISTED = "\n";

export function catalogOptions(config: Configuration, now = Date.now): CatalogOptions {
  const others = config.shop(UNLISTED);
  const shops = [...config.shopIds.map((id) => config.shop(id)), ...(config.implicitShops ? [] : [others])];
  const known = shops.filter((shop) => shop !== null);
  return {
    ...channelOptions(config.channels),
    now,
    shopIds: others === null ? config.shopIds : null,
    shopCurrencies: [
      ...config.shopIds.flatMap((id) => currencyOf(id, config.shop(id))),
      ...(config.implicitShops ? [] : currencyOf(null, others)),
    ],
    closeAfters: known.flatMap(({ closeAfter }) => closeAfter ?? []),
    ...(known.length === 0 ? {} : { shopLocales: known.map(({ locale }) => locale) }),
  };
}

export const channelOptions = (channels: readonly (ChannelFacts & Pick<Channel, "fallback">)[]) => ({
  channelFacts: channels,
  channels: channels.map(({ name }) => name),
  fallbacks: new Map(channels.map((channel) => [channel.name, channel])),
});

export const currencyOf = (shop: string | null, known: Pick<Shop, "currency"> | null): ShopCurrency[] =>
  known === null ? [] : [{ shop, currency: known.currency }];
