/** An import as a process: killed in the middle of a table, and what it writes to the terminal. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
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
  // No terminal: lines, and nothing that is redrawn.
  expect(second.err()).toMatch(/^100% \d+ accepted, \d+ duplicates, 0 rejected\n$/m);
  expect(second.err()).not.toContain("\u001b");
});

it("shows nobody's name, number or address on the terminal: those of bad rows and lines go to the file of rejects", async (context) => {
  const service = await rig(context, { queue: "postgres" });
  const [name, phone, email, street] = ["欧阳娜娜", "13900008001", "nana@shop.example", "Some Street 7"];
  const times = "2026-11-10 20:00:00";
  const rows = [
    `1,unpaid,5.00,${times},${phone},${name},${email},${street}`,
    // Taken in with a warning: a landline, a masked number, an unusable address.
    `2,unpaid,5.00,${times},021-62345678,${name},${email},${street}`,
    `3,unpaid,5.00,${times},139****8001,${name},not an address of ${name},${street}`,
    // Rejected: a shifted row, and cells that hold something else.
    `4,${name},5.00,${times},${phone},${name},${email},${street}`,
    `5,unpaid,${phone},x${phone},${phone},${name},${email},${street}`,
    `6,unpaid,${email},${times},${phone},${name},${email},${street}`,
    `${name},"${street}`,
  ];
  await service.write(
    "t.csv",
    ["id,status,amount,createdAt,buyer.phone,buyer.name,buyer.email,address", ...rows].join("\n"),
  );
  const buyer = { id: "b1", phone, name, email };
  const order = { id: "7", amount: phone, currency: name, createdAt: times, buyer };
  const event = { id: "e1", type: "order.created", occurredAt: email, shop: "acme", order };
  const whole = { ...event, occurredAt: "2026-11-10T20:00:00Z", order: { ...order, amount: "5.00", currency: "CNY" } };
  const fine = {
    ...whole,
    order: { ...whole.order, createdAt: whole.occurredAt, buyer: { ...buyer, phone: "021-62345678" } },
  };
  const lines = [
    JSON.stringify(event),
    JSON.stringify(fine),
    `${JSON.stringify(event).slice(0, -9)}`,
    `{"${name}": ${phone}`,
  ];
  await service.write("e.ndjson", lines.join("\n"));
  for (const [file, args, said] of [
    ["t.csv", ["--shop", "acme"], /3 orders: \d+ events accepted, 0 duplicates, 4 rejected/],
    ["t.csv", ["--shop", "acme", "--dry-run"], /4 rows would be rejected/],
    ["e.ndjson", [], /1 events accepted, 0 duplicates, 3 rejected/],
    ["e.ndjson", ["--dry-run"], /3/],
  ] as const) {
    const run = service.run(["import", file, ...args]);
    expect(await run.ended, run.err()).toEqual({ code: 0, signal: null });
    const terminal = `${run.out()}${run.err()}`;
    expect(terminal).toMatch(said);
    // A fault is shown by its place and its reason.
    expect(terminal).toMatch(/(row|line) \d/);
    for (const personal of [name, "娜", phone, "8001", "62345678", "nana", "Street"])
      expect(terminal).not.toContain(personal);
  }
  for (const file of ["t.csv", "e.ndjson"])
    expect(await readFile(join(service.dir, `${file}.rejected.ndjson`), "utf8")).toContain(name);
});
