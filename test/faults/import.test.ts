/** An import that is killed in the middle of a table. */
import { expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { rig } from "../support/service/rig.ts";

const ROWS = 20_000;

it("kill -9: the next import of the file brings the rest, and nothing twice", async (context) => {
  const service = await rig(context, { queue: "postgres" });
  const rows = Array.from(
    { length: ROWS },
    (_, n) => `${n},paid,5.00,2026-11-10 20:00:00,2026-11-10 20:05:00,+86139${String(n).padStart(8, "0")}`,
  );
  await service.write("orders.csv", ["id,status,amount,createdAt,paidAt,buyer.phone", ...rows].join("\n"));
  const stored = async () => {
    const [row] = await service.sql<{ events: number; orders: number; paid: number }[]>`
      select (select count(*)::int from order_events) as events, count(*)::int as orders, count(paid_at)::int as paid
      from orders`;
    return row ?? { events: 0, orders: 0, paid: 0 };
  };
  const first = service.run(["import", "orders.csv", "--shop", "acme"]);
  await eventually("the import is under way", stored, ({ events }) => events > 0);
  await first.kill();
  const left = await stored();
  expect(left.events, "it was in the middle of it").toBeLessThan(2 * ROWS);
  // The events of an order go in together.
  expect(left).toEqual({ events: 2 * left.orders, orders: left.orders, paid: left.orders });
  const second = service.run(["import", "orders.csv", "--shop", "acme", "--json"]);
  expect(await second.ended, second.err()).toEqual({ code: 0, signal: null });
  expect(JSON.parse(second.out())).toEqual({
    orders: ROWS,
    accepted: 2 * ROWS - left.events,
    duplicates: left.events,
    rejected: 0,
    warnings: 0,
  });
  expect(await stored()).toEqual({ events: 2 * ROWS, orders: ROWS, paid: ROWS });
});
