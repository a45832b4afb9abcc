/** The whole service asks the shop's own service before a send: a payment that no event reported stops the message. */
import { expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { platformServer } from "../support/platforms/server.ts";
import { rig } from "../support/service/rig.ts";
import { orders, postAll } from "../support/service/shop.ts";

it("sends what the platform calls unpaid, and stores what it calls paid", async (context) => {
  const paid = new Set<string>();
  const [service, platform] = await Promise.all([
    rig(context, { queue: "postgres" }),
    platformServer(({ body }) => {
      const asked = (JSON.parse(body) as { orders: string[] }).orders;
      return { body: { orders: Object.fromEntries(asked.map((id) => [id, paid.has(id) ? "paid" : "unpaid"])) } };
    }),
  ]);
  await service.write(
    "dunlin.yaml",
    `shops:
  acme: { timeZone: UTC, locale: en, currency: CNY, closeAfter: 24h, quietHours: off,
          verify: { with: http, url: "${platform.url}/unpaid", secret: s3cret, onError: skip } }
channels:
  sms: { provider: webhook, url: "${service.provider.url("sms")}" }
`,
  );
  const { url } = await service.up(["start"]);
  const placed = orders(20, "v", Date.now() + 2_000);
  for (const { order } of placed.slice(0, 5)) paid.add(order.id);
  await postAll(url, placed);
  const ends = await eventually(
    "all are decided",
    () => service.sql<{ end: string }[]>`select concat_ws(' ', state, reason) as end from reminders order by 1`,
    (rows) => rows.length === 20 && rows.every(({ end }) => /^(sent|skipped)/.test(end)),
  );
  expect(ends.map(({ end }) => end)).toEqual([
    ...Array.from({ length: 15 }, () => "sent"),
    ...Array.from({ length: 5 }, () => "skipped paid"),
  ]);
  expect(service.provider.taken()).toBe(15);
  const [row] = await service.sql`select count(*)::int as n from orders where paid_at is not null`;
  expect(row).toEqual({ n: 5 });
});
