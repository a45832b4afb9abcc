/** The sources: a folder each, and one line here. */
import { shopify } from "./shopify/source.ts";
import type { Source } from "./source.ts";
import { standard } from "./standard/source.ts";
import { taobao } from "./taobao/source.ts";
import { woocommerce } from "./woocommerce/source.ts";
import { youzan } from "./youzan/source.ts";

const ALL: readonly Source[] = [standard, shopify, woocommerce, taobao, youzan];

/** By the name in `/v1/webhooks/:source/:shop` and below `shops.<shop>.webhooks` in dunlin.yaml. */
export const sources: ReadonlyMap<string, Source> = new Map(ALL.map((source) => [source.name, source]));
