/** Rehearsals: campaigns over the orders of a day or of a file, on a simulated clock. Nothing is stored and nothing is sent. */
import type { QueryClient } from "@tanstack/react-query";
import type { rehearsal } from "../../http/contract/rehearsals.ts";
import { type Answered, call } from "./call.ts";
import { type Campaign, campaignQuery } from "./campaigns.ts";
import { campaignsQuery } from "./pauses.ts";

export type Rehearsal = Answered<typeof rehearsal>;

/** Text by path: `promo/campaign.yaml`. */
export type Texts = Readonly<Record<string, string>>;

/** `day` like `yesterday` or `2026-11-10`. */
export type OrdersOf = { readonly day: string } | { readonly file: File };

type Asked = {
  readonly orders: OrdersOf;
  /** null: all shops; of a table: the one that is configured. */
  readonly shop: string | null;
  readonly scale: number;
  /** null: the campaigns that run, as always for a file. */
  readonly campaigns?: Texts | null;
  /** null: nothing is compared. */
  readonly against?: Texts | null;
};

export async function rehearse({ orders, shop, scale, campaigns, against }: Asked): Promise<Rehearsal> {
  const ask = async (query: Record<string, string | number | null>, body: unknown, type?: string) => {
    const headers = type === undefined ? {} : { headers: { "content-type": type } };
    return (await call<Rehearsal>("POST", "/v1/rehearsals", { query, body, ...headers })).value;
  };
  if ("day" in orders) {
    const body = { ...(campaigns ? { campaigns } : {}), ...(against ? { against } : {}) };
    return ask({ stored: orders.day, shop, scale }, body);
  }
  const isTable = !/\.(ndjson|jsonl|json)$/i.test(orders.file.name);
  return ask({ shop: isTable ? shop : null, scale }, orders.file, isTable ? "text/csv" : "application/x-ndjson");
}

type Files = Pick<Campaign, "key" | "yaml" | "templates">;

/** The texts of all campaigns that run, with these of one of them, or of a new one. */
export async function textsWith(queries: QueryClient, changed: Files | null): Promise<Texts> {
  const { items } = await queries.fetchQuery({ ...campaignsQuery, staleTime: 0 });
  const others = items.filter(({ key, retired }) => !retired && key !== changed?.key);
  const read: Files[] = await Promise.all(others.map(({ key }) => queries.fetchQuery(campaignQuery(key))));
  return Object.fromEntries([...read, ...(changed === null ? [] : [changed])].flatMap(filesOf));
}

const filesOf = ({ key, yaml, templates }: Files): [string, string][] => [
  [`${key}/campaign.yaml`, yaml],
  ...Object.entries(templates).map(([name, text]): [string, string] => [`${key}/${name}`, text]),
];
