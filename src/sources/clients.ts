/** The APIs of the platforms: a line each. Loaded only by what asks a platform, since they bring an HTTP client. */
import type { ShopClient } from "./client.ts";
import type { PollAccess, PollSource } from "./poll-keys.ts";
import { openShopify } from "./shopify/client.ts";
import { openTaobao } from "./taobao/client.ts";
import { openWooCommerce } from "./woocommerce/client.ts";
import { openYouzan } from "./youzan/client.ts";

const OPEN: { readonly [Name in PollSource]: (access: PollAccess<Name>) => ShopClient } = {
  woocommerce: openWooCommerce,
  shopify: openShopify,
  taobao: openTaobao,
  youzan: openYouzan,
};

/** `access` must have passed the keys of this source. */
export const openClient = <Name extends PollSource>(name: Name, access: PollAccess<Name>): ShopClient =>
  OPEN[name](access);
