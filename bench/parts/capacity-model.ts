/** Reckons the needs of a shop of a size from the costs of one order, payment and message. docs/capacity.md says how to read it. */
import { type Line, number } from "../harness/table.ts";
import type { Costs as Measured, UnitCost } from "./capacity-costs.ts";

/** Put your own figures in: nothing of this was measured. */
export const ASSUMED = {
  /** Shares of the orders, as in the soak: paid before the first reminder, and after it. The platform reports the rest as closed, which costs as much as a payment. */
  paidEarly: 0.6,
  paidLate: 0.1,
  /** A steady rate costs more than a burst of seconds: batches are smaller, and vacuum, statistics and sums go on beside it. As soaked at 480 orders a second. */
  steady: { nodeUs: 1.3, postgresUs: 1.9 },
  /** The busiest hour, by the mean hour of a day. */
  peak: 5,
  /** Share of its cores that a machine may use in that hour. */
  busy: 0.6,
  /** How long workers may stand still in that hour before Redis is full. */
  backlogMinutes: 15,
  /** USD a month, rounded list prices of large clouds: a core, a GB of memory, of SSD and of an archive; and a message. */
  prices: { core: 15, memory: 4, disk: 0.1, archive: 0.025, message: 0.006 },
  /** A node process. */
  nodeMemoryGb: 1,
  /** PostgreSQL has memory for what is written in so many days: the rows that are still in use, and the newest pages of the indexes. */
  memoryDays: 1,
  /** How long an archive keeps the log, days. */
  archiveDays: 7,
  /** Servers that hold the data: a primary and a standby. */
  copies: 2,
} as const;

export type Need = {
  readonly ordersPerDay: number;
  /** In the busiest hour. */
  readonly ordersPerSecond: number;
  readonly messagesPerSecond: number;
  /** Cores to have, so that `busy` of them are used in the busiest hour. */
  readonly nodeCores: number;
  readonly postgresCores: number;
  /** Log written in the busiest hour, MB a second. */
  readonly walMbPerSecond: number;
  readonly walGbPerDay: number;
  /** Written in a day, and what a year of it comes to once retention has reduced it. */
  readonly diskGbPerDay: number;
  readonly diskTbPerYear: number;
  /** Memory of a server with PostgreSQL, 4 at least. */
  readonly memoryGb: number;
  /** Redis memory for the events of the backlog; null without Redis. */
  readonly redisGb: number | null;
  /** USD a month: machines, disks with a year of data, archive; and what the messages cost beside it. */
  readonly dollars: number;
  readonly messageDollars: number;
};

type Costs = Pick<Measured, "order" | "payment" | "message" | "retention"> & { readonly queuedBytes: number | null };

const SIZES = [1e6, 1e7, 1e8];
const DAY_S = 86_400;
const DAYS_OF_A_MONTH = 30;
const DAYS_OF_A_YEAR = 365;

export function need(ordersPerDay: number, costs: Costs, assumed = ASSUMED): Need {
  const { paidEarly, paidLate, peak, busy, prices } = assumed;
  /** One for all that are not paid early, and a second for those that the first does not bring. */
  const messages = 1 - paidEarly + (1 - paidEarly - paidLate);
  /** The event that ends it: a payment or a close. */
  const ends = 1;
  const written = (of: keyof UnitCost) => costs.order[of] + ends * costs.payment[of] + messages * costs.message[of];
  const ordersPerSecond = (ordersPerDay / DAY_S) * peak;
  // Old data is deleted at the same rate, at the same time.
  const each = (of: "nodeUs" | "postgresUs" | "walBytes") => written(of) + costs.retention[of];
  const cores = (of: "nodeUs" | "postgresUs") => (ordersPerSecond * each(of) * assumed.steady[of]) / 1e6 / busy;
  const walGbPerDay = (ordersPerDay * each("walBytes")) / 1e9;
  const diskTbPerYear = (ordersPerDay * DAYS_OF_A_YEAR * costs.retention.diskBytes) / 1e12;
  const backlog = ordersPerSecond * (1 + ends) * assumed.backlogMinutes * 60;
  const redisGb = costs.queuedBytes === null ? null : (backlog * costs.queuedBytes) / 1e9;
  const diskGbPerDay = (ordersPerDay * written("diskBytes")) / 1e9;
  const memoryGb = Math.max(4, assumed.memoryDays * diskGbPerDay);
  const nodeCores = cores("nodeUs");
  const postgresCores = cores("postgresUs");
  return {
    ordersPerDay,
    ordersPerSecond,
    messagesPerSecond: ordersPerSecond * messages,
    nodeCores,
    postgresCores,
    walMbPerSecond: (ordersPerSecond * each("walBytes")) / 1e6,
    walGbPerDay,
    diskGbPerDay,
    diskTbPerYear,
    memoryGb,
    redisGb,
    dollars:
      (nodeCores + assumed.copies * postgresCores) * prices.core +
      (nodeCores * assumed.nodeMemoryGb + assumed.copies * (memoryGb + (redisGb ?? 0))) * prices.memory +
      assumed.copies * diskTbPerYear * 1_000 * prices.disk +
      walGbPerDay * assumed.archiveDays * prices.archive,
    messageDollars: ordersPerDay * messages * DAYS_OF_A_MONTH * prices.message,
  };
}

/** Machines and money, as lines of the table of results. */
export const needLines = (costs: Costs): Line[] =>
  SIZES.map((size) => {
    const found = need(size, costs);
    return {
      what: `  ${number(size / 1e6)} M orders a day`,
      measured: `$${number(found.dollars)} a month`,
      against: describeNeed(found),
    };
  });

const describeNeed = (found: Need): string =>
  [
    `busiest hour ${number(found.ordersPerSecond)} orders/s, ${number(found.messagesPerSecond)} messages/s`,
    `${found.nodeCores.toFixed(1)} cores of node, ${found.postgresCores.toFixed(1)} of PostgreSQL`,
    `log ${number(found.walGbPerDay)} GB a day, ${found.walMbPerSecond.toFixed(1)} MB/s`,
    `memory ${number(found.memoryGb)} GB`,
    `disk ${number(found.diskGbPerDay)} GB a day, ${found.diskTbPerYear.toFixed(1)} TB of a year`,
    ...(found.redisGb === null ? [] : [`Redis ${found.redisGb.toFixed(1)} GB`]),
    `messages $${number(found.messageDollars)} a month`,
  ].join("; ");
