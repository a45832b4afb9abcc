/** The shops that dunlin.yaml lists with `poll`. Without any, no HTTP client is loaded. */
import type { Config } from "../config/config.ts";
import type { ShopClient } from "../sources/client.ts";
import type { PollAccess, PollSource } from "../sources/poll-keys.ts";
import type { PollTarget } from "./poller.ts";

/** They must be closed. */
export async function openPolls(config: Config): Promise<(PollTarget & { readonly client: ShopClient })[]> {
  const wanted = config.shopIds.flatMap((shop) =>
    Object.entries(config.shop(shop)?.poll ?? {}).map(([source, poll]) => ({
      shop,
      source: source as PollSource,
      poll,
    })),
  );
  if (wanted.length === 0) return [];
  const { openClient } = await import("../sources/clients.ts");
  return wanted.map(({ shop, source, poll }) => ({
    ...{ shop, source, everyMs: poll.everyMs },
    client: openClient(source, poll.access as PollAccess<typeof source>),
  }));
}
