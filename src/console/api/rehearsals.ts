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
  readonly signal: AbortSignal;
};

/** An export of a shop system names no shop; events do. */
export const isTable = ({ name }: File): boolean => !/\.(ndjson|jsonl|json)$/i.test(name);

export async function rehearse({ orders, shop, scale, campaigns, against, signal }: Asked): Promise<Rehearsal> {
  const ask = async (query: Record<string, string | number | null>, body: unknown, type?: string) => {
    const headers = type === undefined ? {} : { headers: { "content-type": type } };
    return (await call<Rehearsal>("POST", "/v1/rehearsals", { query, body, signal, ...headers })).value;
  };
  if ("day" in orders) {
    const body = { ...(campaigns ? { campaigns } : {}), ...(against ? { against } : {}) };
    return ask({ stored: orders.day, shop, scale }, body);
  }
  const { file } = orders;
  return isTable(file) ? ask({ shop, scale }, file, "text/csv") : ask({ scale }, file, "application/x-ndjson");
}

type Files = Pick<Campaign, "key" | "yaml" | "templates">;

/** The campaigns that run, as they are now. */
export async function runningOf(queries: QueryClient): Promise<readonly Files[]> {
  const { items } = await queries.fetchQuery({ ...campaignsQuery, staleTime: 0 });
  const running = items.filter(({ retired }) => !retired);
  return Promise.all(running.map(({ key }) => queries.fetchQuery({ ...campaignQuery(key), staleTime: 0 })));
}

/** Their texts, with these of one of them, or of a new one. */
export const textsOf = (running: readonly Files[], changed: Files | null = null): Texts =>
  Object.fromEntries(
    [...running.filter(({ key }) => key !== changed?.key), ...(changed === null ? [] : [changed])].flatMap(filesOf),
  );

const filesOf = ({ key, yaml, templates }: Files): [string, string][] => [
  [`${key}/campaign.yaml`, yaml],
  ...Object.entries(templates).map(([name, text]): [string, string] => [`${key}/${name}`, text]),
];
