/** The guard in real processes: `upkeep` holds a payment method, the API lets it go, `dispatch` sends. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startFakeProvider } from "../support/fake-provider.ts";
import { setClockAhead } from "../support/service/ledger.ts";
import { API_KEY, PROVIDER_SECRET, rig } from "../support/service/rig.ts";
import { postAll } from "../support/service/shop.ts";

const CAMPAIGN = `steps:
  - { id: nudge, at: { afterCreated: 10m }, channels: [sms, chat] }
`;
const MINUTE = 60;

it("holds, tells staff, and sends after a resume, with every role in a process of its own", async (context) => {
  const service = await rig(context, { queue: "postgres", campaign: CAMPAIGN });
  const staff = await startFakeProvider({ secret: PROVIDER_SECRET });
  context.onTestFinished(() => staff.close());
  const config = (await readFile(join(service.dir, "dunlin.yaml"), "utf8"))
    .replace("quietHours: off", "quietHours: off, guard: { atLeast: 20 }")
    .concat(`notices: { ops: { provider: webhook, url: "${staff.url("ops")}", secret: "${PROVIDER_SECRET}" } }\n`);
  await service.write("dunlin.yaml", config);
  const [api] = await Promise.all([
    service.up(["api"]),
    service.up(["worker", "--roles", "dispatch"]),
    service.up(["worker", "--roles", "upkeep"]),
    service.up(["worker", "--roles", "upkeep"]),
  ]);
  const ask = async (method: string, path: string) => {
    const response = await fetch(new URL(`/v1/payment-methods${path}`, api.url), {
      method,
      headers: { authorization: `Bearer ${API_KEY}` },
    });
    const body = (await response.json()) as { items: readonly { readonly method: string; readonly paused: boolean }[] };
    return { status: response.status, body };
  };
  await service.sql`insert into payment_counts (shop_id, method, span, at, orders, unpaid)
    values ('acme', 'alipay', 'hour', now() - interval '1 day', 1000, 100)`;
  await eventually(
    "it counts",
    () => service.sql`select from settings where key = 'guard_counted_until'`,
    (rows) => rows.length > 0,
  );
  const now = new Date().toISOString();
  const order = (id: string, paymentMethod: string) => ({
    ...{ id: `e-${id}`, type: "order.created", occurredAt: now, shop: "acme" },
    order: {
      ...{ id, paymentMethod, amount: "12.00", currency: "CNY", createdAt: now },
      buyer: { id: `b-${id}`, phone: `+86138${10_000_000 + Number(id.slice(1))}` },
    },
  });
  const held = Array.from({ length: 25 }, (_, n) => order(`a${n}`, "alipay"));
  await postAll(api.url, [...held, order("w99", "wechat")]);
  await setClockAhead(service.sql, 6 * MINUTE);
  await eventually(
    "it is held",
    () => ask("GET", ""),
    ({ body }) =>
      body.items.some((item: { method: string; paused: boolean }) => item.method === "alipay" && item.paused),
  );
  await setClockAhead(service.sql, 11 * MINUTE);
  await staff.received(1, 60_000);
  await service.provider.received(1, 60_000);
  expect(service.provider.log.map(({ orders }) => orders)).toEqual([["w99"]]);
  expect(await ask("POST", "/acme/alipay/resume")).toMatchObject({
    status: 200,
    body: { shop: "acme", method: "alipay", paused: false, usual: { orders: 1000, unpaid: 100 } },
  });
  await service.provider.received(26, 60_000);
  expect(service.provider.judge()).toMatchObject({ taken: 26, duplicateIds: [], duplicateSteps: [] });
  expect(staff.log.map(({ body }) => body?.matter)).toEqual(["payment_method_paused:acme/alipay"]);
  expect(await ask("POST", "/nope/alipay/resume")).toMatchObject({ status: 404, body: { code: "shop_not_found" } });
});
