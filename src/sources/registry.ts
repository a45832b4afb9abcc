/** The sources: a folder each, and one line here. */
import { shopify } from "./shopify/source.ts";
import type { Source } from "./source.ts";

const ALL: readonly Source[] = [shopify];

/** By the name in `/v1/webhooks/:source/:shop` and below `shops.<shop>.webhooks` in dunlin.yaml. */
export const sources: ReadonlyMap<string, Source> = new Map(ALL.map((source) => [source.name, source]));

/** dunlin.yaml may already hold a secret for these; the sources follow. */
const PLANNED = ["standard", "woocommerce", "taobao"];
export const webhookNames: readonly string[] = [...new Set([...sources.keys(), ...PLANNED])];
