/**
 * Measures the cost of one order and one message, on a PostgreSQL of the benchmark's own: `dunlin api` takes in orders of one buyer each, and
 * then `dunlin worker` sends their reminders, due at one moment. On a busy machine these figures are steadier than speeds.
 */
import { forkChild } from "../harness/child.ts";
import { type CostOfOne, costAsJson, costOfOne, describeCost } from "../harness/cost-of-one.ts";
import { startDunlin } from "../harness/dunlin.ts";
import { openMeter, type Spent } from "../harness/meter.ts";
import { bodiesOf, createdEvents, postAll } from "../harness/orders.ts";
import type { Part } from "../harness/part.ts";
import { allRecorded, dueAtOnce, measured, startWorker } from "../harness/reminders.ts";
import type { Bench } from "../harness/servers.ts";
import { openStatements, type StatementTime } from "../harness/statements.ts";
import { number, round } from "../harness/table.ts";

type Cost = {
  readonly count: number;
  readonly order: CostOfOne;
  readonly message: CostOfOne;
  /** For one message, from a round of its own. */
  readonly statements: readonly StatementTime[];
};

export const cost: Part<Cost> = {
  name: "cost",
  run,
  json: ({ order, message, statements }) => ({
    order: costAsJson(order),
    message: costAsJson(message),
    statements: statements.map(({ kind, us, rowsPerCall }) => ({
      kind,
      us: round(us, 1),
      rowsPerCall: round(rowsPerCall),
    })),
  }),
  lines: ({ count, order, message, statements }) => [
    { what: "cost", measured: `${number(count)} of each`, against: "CPU and log of one" },
    { what: "  order", against: describeCost(order) },
    { what: "  message", target: "WAL ≤ 3 kB", against: describeCost(message) },
    ...statements.map(({ kind, us, rowsPerCall }) => ({
      what: "",
      measured: `${us.toFixed(1)} µs`,
      against: `${kind}, ${number(rowsPerCall)} rows a statement`,
    })),
  ],
};

async function run(given: Bench): Promise<Cost> {
  if (process.platform !== "linux") throw new Error("the part `cost` reads /proc and runs on Linux only");
  const bench = await given.ownServer();
  const count = bench.quick ? 3_000 : 10_000;
  const provider = forkChild(new URL("../harness/provider.ts", import.meta.url));
  const api = await startDunlin(bench, ["api"]);
  try {
    const worker = await startWorker(bench, await provider.call<string>("listen"), null);
    const meter = await openMeter(bench.sql);
    // Shows how fast intake is, so that the first round allows no more time than it needs.
    await postAll(api.url, bodiesOf(createdEvents(1_000, () => ({ shop: "first", createdAt: Date.now() }))), 1_000);
    const orders: Spent[] = [];
    const messages: Spent[] = [];
    const due = async (name: string) => {
      const taken: Spent[] = [];
      const shop = await dueAtOnce(bench, provider, api.url, name, count, async (takeIn) => {
        taken.push(await meter.during([api.pid], takeIn));
      });
      return { taken: taken.slice(-1), shop };
    };
    const send = async (shop: string) => {
      await measured(provider, count);
      await allRecorded(bench, shop, count, 100);
    };
    for (let n = 0; n <= (bench.quick ? 1 : bench.rounds); n++) {
      const { taken, shop } = await due(`c${n}`);
      const sent = await meter.during([worker.pid], () => send(shop));
      // The first round only warms up.
      if (n === 0) continue;
      orders.push(...taken);
      messages.push(sent);
      bench.note(
        `cost ${n}: order ${describeCost(costOfOne(taken, count))}; message ${describeCost(costOfOne([sent], count))}`,
      );
    }
    const { shop } = await due("statements");
    const statements = await (await openStatements(bench.sql)).during(count, () => send(shop));
    await worker.end();
    return { count, order: costOfOne(orders, count), message: costOfOne(messages, count), statements };
  } finally {
    await Promise.all([api.end(), provider.end()]);
  }
}
