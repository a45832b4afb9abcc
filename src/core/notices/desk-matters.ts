/** Decides when staff should hear of tasks that nobody claims, and of promises that are due soon. No name and no number stands in a notice. */
import { MINUTE } from "../values/duration.ts";

export type ShopCount = { readonly shop: string; readonly count: number };

/** Instants are epoch ms; null: no task is meant. */
export type WaitingTasks = {
  /** Tasks that nobody has claimed for `SOON_MS`, and since when the last of them is to be done. */
  readonly unclaimed: readonly ShopCount[];
  readonly unclaimedAt: number | null;
  /** The last of those that staff have heard of. */
  readonly knownUnclaimedAt: number | null;
};

/** Open promises that are due within `SOON_MS`, and of which no notice has spoken. */
export type SoonPromises = {
  readonly promised: readonly ShopCount[];
  /** When the last of them is due; null: there are none. */
  readonly promisedAt: number | null;
  /** The id of the first. */
  readonly firstPromise: string | null;
};

/** A task may wait so long for somebody, and a notice of a promise comes so long before its time. */
export const SOON_MS = 5 * MINUTE;
/** More shops than that nobody reads. */
const MAX_SHOPS = 10;

/** Only later tasks than those that staff have heard of are news: one that somebody claims makes none of the others. */
export function deskMatters(waiting: WaitingTasks & SoonPromises, written: (at: number) => string) {
  const { unclaimed, unclaimedAt, knownUnclaimedAt, promised, promisedAt, firstPromise } = waiting;
  const tasks = isNews(unclaimedAt, knownUnclaimedAt) && {
    matter: "tasks_unclaimed",
    occurrence: String(unclaimedAt),
    text: `nobody has claimed ${counted(unclaimed, "task")} for 5 minutes and more: ${byShop(unclaimed)}. Claim them on the page Follow-up of the console, or: dunlin desk`,
  };
  // A matter of their own: those of the next minute must not wait for an hour.
  const promises = promisedAt !== null && {
    matter: `promises_due:${firstPromise}`,
    occurrence: String(promisedAt),
    text: `${counted(promised, "promise")} to pay, due until ${written(promisedAt)}, and still unpaid: ${byShop(promised)}. Look at them: dunlin desk promises`,
  };
  return [tasks, promises].flatMap((matter) => (matter === false ? [] : [matter]));
}

const isNews = (at: number | null, known: number | null): boolean => at !== null && at > (known ?? 0);

function counted(shops: readonly ShopCount[], what: string): string {
  const count = shops.reduce((sum, shop) => sum + shop.count, 0);
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

const byShop = (shops: readonly ShopCount[]): string => {
  const most = shops.toSorted((a, b) => b.count - a.count || (a.shop < b.shop ? -1 : 1));
  const listed = most.slice(0, MAX_SHOPS).map(({ shop, count }) => `${shop} ${count}`);
  return [...listed, ...(most.length > MAX_SHOPS ? [`${most.length - MAX_SHOPS} more shops`] : [])].join(", ");
};
