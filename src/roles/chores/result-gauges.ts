/** Gauges of what the reminders of the last 12 weeks brought, from the results that upkeep makes once an hour: each process shows them. */
import { Gauge, type Registry } from "prom-client";
import type { Range, ResultFigures, ShopResult } from "../../db/stores/notices/result-store.ts";
import type { Parts } from "../role.ts";
import { sharedReading } from "./shared-reading.ts";

/** Shops beyond that have no metrics: each one is a series of every gauge. */
export const MAX_RESULTS = 200;

type Value = readonly [labels: Readonly<Record<string, string>>, value: number];
type Spec = {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Its values for one shop, without the label of the shop. */
  readonly of: (figures: ResultFigures, at: number) => readonly Value[];
};

const bounds = (range: Range, labels: Readonly<Record<string, string>> = {}): Value[] =>
  (["low", "value", "high"] as const).map((bound) => [{ ...labels, bound }, range[bound]]);

const SPECS: readonly Spec[] = [
  {
    name: "dunlin_result_reminded_orders",
    help: "Orders that the reminders of the last 12 weeks named, by shop",
    labels: [],
    of: ({ remindedOrders }) => [[{}, remindedOrders]],
  },
  {
    name: "dunlin_result_recovered_orders",
    help: "Orders that were paid after a reminder of the last 12 weeks, by shop",
    labels: [],
    of: ({ recoveredOrders }) => [[{}, recoveredOrders]],
  },
  {
    name: "dunlin_result_recovered_money",
    help: "The amounts of the recovered orders, in units of the currency",
    labels: ["currency"],
    of: ({ recovered }) => recovered.map(({ amount, currency }) => [{ currency }, amount]),
  },
  {
    name: "dunlin_result_cost",
    help: "Cost of the messages of the last 12 weeks, in units of the currency",
    labels: ["currency"],
    of: ({ cost }) => cost.map(({ amount, currency }) => [{ currency }, amount]),
  },
  {
    name: "dunlin_result_brought_money",
    help: "Money that the reminders of the last 12 weeks caused, with its 95% interval, in units of the currency",
    labels: ["currency", "bound"],
    of: ({ brought }) => brought.flatMap(({ currency, ...range }) => bounds(range, { currency })),
  },
  {
    name: "dunlin_result_lift",
    help: "The share of buyers who paid because of the reminders of the last 12 weeks, with its 95% interval",
    labels: ["bound"],
    of: ({ lift }) => (lift === null ? [] : bounds(lift)),
  },
  {
    name: "dunlin_result_buyers",
    help: "Buyers of the last 12 weeks by arm: reminded, held_out; open: they have time to pay; unmeasured: nobody to compare them with",
    labels: ["arm"],
    of: ({ buyers }) => [
      [{ arm: "reminded" }, buyers.reminded],
      [{ arm: "held_out" }, buyers.heldOut],
      [{ arm: "open" }, buyers.open],
      [{ arm: "unmeasured" }, buyers.unmeasured],
    ],
  },
  {
    name: "dunlin_result_made_seconds",
    help: "When the result of the shop was made, in seconds since 1970",
    labels: [],
    of: (_, at) => [[{}, at / 1_000]],
  },
];

/** `read` is called once a scrape. If it fails, the gauges stay as they were. */
export function addResultGauges(
  registry: Registry,
  log: Pick<Parts["log"], "warn">,
  read: () => Promise<readonly ShopResult[]>,
): void {
  const results = sharedReading(read, log, "the results for the metrics could not be read");
  for (const { name, help, labels, of } of SPECS)
    new Gauge({
      name,
      help,
      labelNames: ["shop", ...labels],
      registers: [registry],
      async collect() {
        const found = await results();
        if (found !== null) this.reset();
        for (const { shop, at, figures } of found ?? [])
          for (const [given, value] of of(figures, at)) this.set({ shop, ...given }, value);
      },
    });
}
