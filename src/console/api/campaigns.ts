/** Campaigns: their texts, versions and results; previews of their texts. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { campaignFull, campaignSaved, versionFull, versionItem } from "../../http/contract/campaigns.ts";
import type { phrasePreview } from "../../http/contract/desk/phrase-preview.ts";
import type { pageOf } from "../../http/contract/parts/values.ts";
import type { orderItem } from "../../http/contract/reports/order-list.ts";
import type { overlapAnswer } from "../../http/contract/reports/overlap.ts";
import type { recoveryReport } from "../../http/contract/reports.ts";
import type { preview, testSent } from "../../http/contract/templates.ts";
import { type Answered, call, get } from "./call.ts";

export type Campaign = Answered<typeof campaignFull>;
export type CampaignForm = NonNullable<Campaign["campaign"]>;
export type SavedCampaign = Answered<typeof campaignSaved>;
export type Version = Answered<typeof versionItem>;
export type VersionFull = Answered<typeof versionFull>;
export type CampaignReport = Answered<typeof recoveryReport>;

const MINUTE = 60_000;

export const campaignQuery = (key: string) =>
  queryOptions({
    queryKey: ["changes", "campaign", key],
    queryFn: ({ signal }) => get<Campaign>("/v1/campaigns/:key", { params: { key }, signal }),
  });

/** 30 days do not change from one minute to the next. */
export const resultsQuery = queryOptions({
  queryKey: ["results"],
  queryFn: ({ signal }) =>
    get<CampaignReport>("/v1/reports/recovery", { query: { by: "campaign", from: "-30d" }, signal }),
  staleTime: 5 * MINUTE,
  refetchInterval: 5 * MINUTE,
});

export type Overlap = Answered<typeof overlapAnswer>;

/** With the campaigns of now over the newest orders: it follows a change of the campaigns within seconds. */
export const overlapQuery = queryOptions({
  queryKey: ["changes", "overlap"],
  queryFn: ({ signal }) => get<Overlap>("/v1/reports/overlap", { signal }),
  staleTime: MINUTE,
  refetchInterval: MINUTE,
});

type Save = {
  readonly key: string;
  /** The version that the texts were changed from; 0: the campaign is new. */
  readonly version: number;
  readonly yaml: string;
  readonly templates: Readonly<Record<string, string>>;
  readonly note: string | null;
};

export const saveCampaign = async ({ key, version, ...body }: Save): Promise<SavedCampaign> => {
  const headers: Record<string, string> = version === 0 ? { "if-none-match": "*" } : { "if-match": `"${version}"` };
  return (await call<SavedCampaign>("PUT", "/v1/campaigns/:key", { params: { key }, headers, body })).value;
};

export type Preview = Answered<typeof preview>;
type PreviewAsked = {
  readonly template: string;
  readonly channel: string;
  readonly locale: string;
  readonly campaign: string;
  readonly step: string;
  readonly sample?: { readonly shop?: string };
  readonly order?: { readonly shop: string; readonly id: string };
};

export const previewQuery = (body: PreviewAsked) =>
  queryOptions({
    queryKey: ["changes", "preview", body],
    queryFn: async ({ signal }) => (await call<Preview>("POST", "/v1/templates/preview", { body, signal })).value,
    staleTime: MINUTE,
    gcTime: MINUTE,
  });

export type PhrasePreview = Answered<typeof phrasePreview>;
type PhraseAsked = {
  readonly template: string;
  readonly campaign: string;
  readonly n: number;
  readonly name: string;
  readonly locale: string;
  readonly shop?: string;
  readonly order?: string;
};

export const phrasePreviewQuery = (body: PhraseAsked) =>
  queryOptions({
    queryKey: ["changes", "phrase", body],
    queryFn: async ({ signal }) => (await call<PhrasePreview>("POST", "/v1/phrases/preview", { body, signal })).value,
    staleTime: MINUTE,
    gcTime: MINUTE,
  });

export type TestSent = Answered<typeof testSent>;
export const sendTest = async (body: {
  readonly template: string;
  readonly channel: string;
  readonly locale: string;
  readonly step: string;
  readonly campaign: string;
  readonly shop: string | null;
  readonly to: string;
}): Promise<TestSent> => (await call<TestSent>("POST", "/v1/templates/test", { body })).value;

export type RecentOrders = Answered<ReturnType<typeof pageOf<typeof orderItem>>>;

/** The newest orders, or those that `search` finds. */
export const recentOrdersQuery = (shop: string, search: string) =>
  queryOptions({
    queryKey: ["figures", "recent", shop, search],
    queryFn: ({ signal }) => get<RecentOrders>("/v1/orders", { query: { shop, q: search.trim(), limit: 30 }, signal }),
    staleTime: MINUTE,
  });

type VersionPage = Answered<ReturnType<typeof pageOf<typeof versionItem>>>;

/** The newest first. */
export const versionsQuery = (key: string) =>
  infiniteQueryOptions({
    queryKey: ["changes", "versions", key],
    queryFn: ({ signal, pageParam }) =>
      get<VersionPage>("/v1/campaigns/:key/versions", { params: { key }, query: { cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });

/** A version never changes, so it is asked for once. */
export const versionQuery = (key: string, version: number) =>
  queryOptions({
    queryKey: ["version", key, version],
    queryFn: ({ signal }) =>
      get<VersionFull>("/v1/campaigns/:key/versions/:version", { params: { key, version }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

type RollBack = {
  readonly key: string;
  /** The current one. */
  readonly version: number;
  readonly to: number;
  readonly note: string | null;
};

export const rollBack = async ({ key, version, ...body }: RollBack): Promise<SavedCampaign> => {
  const headers = { "if-match": `"${version}"` };
  return (await call<SavedCampaign>("POST", "/v1/campaigns/:key/rollback", { params: { key }, headers, body })).value;
};
