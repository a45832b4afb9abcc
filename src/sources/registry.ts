/** Sources by the name in `/v1/webhooks/:source/:shop`; one file per platform. */
import { shopify } from "./shopify.ts";
import type { Source } from "./source.ts";

export const sources: ReadonlyMap<string, Source> = new Map([[shopify.name, shopify]]);
