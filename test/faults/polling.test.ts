/** Real processes that poll a shop, and are killed in the middle of it. */
import { expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { type StockOrder, woocommerce } from "../support/platforms/stock.ts";
import { setClockAhead } from "../support/service/ledger.ts";
import { rig } from "../support/service/rig.ts";

const WORKER = ["worker", "--roles", "intake"];

it("kill -9 in the middle of a poll: another process goes on from the cursor, and nothing is twice", async (context) => {
  const [service, stock] = await Promise.all([rig(context, { queue: "postgres" }), woocommerce()]);
  context.onTestFinished(() => stock.client.close());
  const place = (n: number): void => {
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    const order: StockOrder = { id: String(n), created: now, modified: now, amount: "9.00", state: "unpaid" };
    stock.orders.push(order);
  };
  const stored = async () => (await service.sql`select id from orders order by id`).map(({ id }) => id);
  await service.write(
    "dunlin.yaml",
    `shops:
  acme: { timeZone: UTC, country: CN, currency: CNY,
          poll: { woocommerce: { url: "${stock.platform.url}", key: ck_1, secret: cs_2, every: 1s } } }
`,
  );
  place(1);
  const workers = await Promise.all([service.up(WORKER), service.up(WORKER)]);
  await eventually("the first order is there", stored, (ids) => ids.length === 1);

  // From now on the platform hangs: the next poll is under way when its process is killed.
  stock.platform.mischief = () => {};
  const before = stock.platform.requests.length;
  await eventually(
    "a poll is under way",
    async () => stock.platform.requests.length,
    (count) => count > before,
  );
  await Promise.all(workers.map((worker) => worker.kill()));
  place(2);
  stock.platform.mischief = null;
  await service.up(WORKER);
  // The lease of the dead process runs out.
  await setClockAhead(service.sql, 100);
  await eventually("the second order is there", stored, (ids) => ids.length === 2);
  await eventually(
    "a further poll ended",
    () => service.sql`select failures, owner from polls where cursor is not null and owner is null`,
    (rows) => rows.length === 1,
  );
  expect(await service.sql`select count(*)::int as n from order_events`).toEqual([{ n: 2 }]);
});
