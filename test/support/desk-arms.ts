/** Cases that would be a person's, in three arms by the draw of the program itself, and people on shift. */
import { expect } from "vitest";
import { HOUR } from "../../src/core/values/duration.ts";
import { dispatchSetup, receivedEvent, T0 } from "./dispatch.ts";

export const BUYERS = 400;
const buyerOf = (order: string) => ({ id: `b${order.slice(1)}` });

export async function threeArms() {
  const manual = { amountAtLeast: "100", handBackAfter: 2 * HOUR, holdout: 0.5 };
  const setup = await dispatchSetup({ campaign: { manual, holdout: 0.4, attributionWindow: 24 * HOUR } });
  const { sql } = setup.database;
  await setup.at(T0);
  const order = (n: number) => ({ id: `o${n}`, amount: "200.00", buyer: buyerOf(`o${n}`) });
  await setup.receive(
    ...Array.from({ length: BUYERS }, (_, n) => receivedEvent(`e${n}`, "order.created", T0, order(n))),
  );
  const rows = await sql<{ id: string; kept: boolean; held: boolean }[]>`
    select orders[1] as id, kept, held from desk_arms order by orders[1]`;
  const armOf = (isKept: boolean, isHeld: boolean) =>
    rows.flatMap(({ id, kept, held }) => (kept === isKept && held === isHeld ? id : []));
  const arms = {
    people: armOf(false, false),
    reminders: armOf(true, false),
    nothing: armOf(true, true),
    notCompared: armOf(false, true),
  };
  const pay = async (ids: readonly string[], at: number) => {
    await setup.at(at);
    const paidAt = new Date(at).toISOString();
    await setup.receive(
      ...ids.map((id) => receivedEvent(`p-${id}`, "order.paid", at, { id, paidAt, buyer: buyerOf(id) })),
    );
  };
  const refund = (id: string, at: number) =>
    setup.receive(receivedEvent(`r-${id}`, "order.refunded", at, { id, buyer: buyerOf(id) }));
  /** The draw gives other sizes than those of the known answers. */
  const keep = async (sizes: Readonly<Partial<Record<keyof typeof arms, number>>>) => {
    for (const [name, size] of Object.entries(sizes)) {
      const ids = arms[name as keyof typeof arms];
      expect(ids.length).toBeGreaterThanOrEqual(size);
      await sql`delete from desk_arms where orders[1] = any(${ids.splice(size)}::text[])`;
    }
  };
  /** Vera earns 60.50 CNY an hour; nobody knows what Ada earns. */
  const staff = async () => {
    const rows = [
      { name: "vera", cost: "60.5", currency: "CNY" },
      { name: "ada", cost: null, currency: null },
    ];
    for (const [place, { name, cost, currency }] of rows.entries())
      await sql`insert into staff (name, place, shops, languages, teams, max_open, cost_per_hour, cost_currency, active)
        values (${name}, ${place}, '{}', '{}', '{}', 10, ${cost}::text::numeric, ${currency}, true)`;
    await sql`insert into shifts (person, place, weekdays, starts, ends, zone)
      values ('vera', 0, '{mon,tue}', '22:00', '06:00', 'Asia/Shanghai')`;
  };
  /** Somebody reached the buyers of these orders by telephone. */
  const reached = (who: string, orders: readonly string[], at: number) => sql`
    insert into touches (id, task_id, at, who, how, result)
    select gen_random_uuid(), t.id, ${new Date(at)}, ${who}, 'call', 'reached'
    from tasks t join orders o on o.shop_id = t.shop_id and o.case_id = t.case_id where o.id = any(${orders}::text[])`;
  return { ...setup, sql, rows, arms, pay, refund, keep, staff, reached };
}
