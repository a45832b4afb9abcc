/** The parts that can be paused, and pausing them. */
import { queryOptions } from "@tanstack/react-query";
import type { campaignList } from "../../http/contract/campaigns.ts";
import type { pageOf } from "../../http/contract/parts/values.ts";
import type { channelItem, shopItem } from "../../http/contract/pauses.ts";
import { type Answered, call, get } from "./call.ts";

export type CampaignList = Answered<typeof campaignList>;
export type Paused = CampaignList["paused"][number];
export type ChannelList = Answered<ReturnType<typeof pageOf<typeof channelItem>>>;
export type ShopList = Answered<ReturnType<typeof pageOf<typeof shopItem>>>;

export const campaignsQuery = queryOptions({
  queryKey: ["changes", "campaigns"],
  queryFn: ({ signal }) => get<CampaignList>("/v1/campaigns", { signal }),
});
export const channelsQuery = queryOptions({
  queryKey: ["changes", "channels"],
  queryFn: ({ signal }) => get<ChannelList>("/v1/channels", { signal }),
  refetchInterval: 60_000,
});
export const shopsQuery = queryOptions({
  queryKey: ["changes", "shops"],
  queryFn: ({ signal }) => get<ShopList>("/v1/shops", { signal }),
});

export type Part = Pick<Paused, "kind" | "name">;
/** `for` like `2h`; null: until somebody resumes it. */
export type Pause = { readonly note: string; readonly for: string | null };

/** The name of a payment method is `shop/method`. */
function addressOf({ kind, name }: Part): { readonly path: string; readonly params: Record<string, string> } {
  if (kind === "campaign") return { path: "/v1/campaigns/:key", params: { key: name } };
  if (kind === "channel") return { path: "/v1/channels/:name", params: { name } };
  if (kind === "shop") return { path: "/v1/shops/:name", params: { name } };
  const [shop = "", ...method] = name.split("/");
  return { path: "/v1/payment-methods/:shop/:method", params: { shop, method: method.join("/") } };
}

export async function pause(part: Part, body: Pause): Promise<void> {
  const { path, params } = addressOf(part);
  await call("POST", `${path}/pause`, { params, body });
}

/**
 * Does it to each part. One that is refused does not keep the others from it.
 * @throws the first refusal, when all have answered
 */
export async function forAll(parts: readonly Part[], act: (part: Part) => Promise<void>): Promise<void> {
  const answers = await Promise.allSettled(parts.map(act));
  const refused = answers.find((answer) => answer.status === "rejected");
  if (refused !== undefined) throw refused.reason;
}

export async function resume(part: Part, note: string | null = null): Promise<void> {
  const { path, params } = addressOf(part);
  await call("POST", `${path}/resume`, { params, body: { note } });
}
