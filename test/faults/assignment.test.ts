/** The assignment of tasks in real processes: the role `upkeep` assigns, also after a `kill -9`, and each task once. */
import { expect, it } from "vitest";
import { WEEKDAYS } from "../../src/core/desk/shifts.ts";
import { eventually } from "../support/eventually.ts";
import { API_KEY, rig } from "../support/service/rig.ts";
import { postAll } from "../support/service/shop.ts";

const CAMPAIGN = `manual: { amountAtLeast: "1000" }
steps:
  - { id: nudge, at: { afterCreated: 10m }, channels: [sms, chat] }
`;

it("is done by whichever process is left, within seconds", async (context) => {
  const service = await rig(context, { queue: "postgres", campaign: CAMPAIGN });
  const [api, first] = await Promise.all([
    service.up(["api"]),
    service.up(["worker", "--roles", "upkeep"]),
    service.up(["worker", "--roles", "upkeep"]),
  ]);
  const ask = async (method: string, path: string, body: unknown, etag?: string) => {
    const answer = await fetch(new URL(path, api.url), {
      method,
      headers: {
        authorization: `Bearer ${API_KEY}`,
        "content-type": "application/json",
        ...(etag === undefined ? {} : { "if-match": etag }),
      },
      body: JSON.stringify(body),
    });
    expect(answer.ok, await answer.clone().text()).toBe(true);
  };
  for (const name of ["Vera", "Ada"]) await ask("POST", "/v1/users", { name, role: "operator" });
  await ask(
    "PUT",
    "/v1/staff",
    {
      items: [
        { name: "Vera", maxOpen: 3 },
        { name: "Ada", maxOpen: 1 },
      ],
    },
    '"0"',
  );
  const half = (person: string, from: string, to: string) => ({
    ...{ person, weekdays: WEEKDAYS, from, to, zone: "Asia/Shanghai" },
  });
  const shifts = ["Vera", "Ada"].flatMap((name) => [half(name, "00:00", "12:00"), half(name, "12:00", "00:00")]);
  await ask("PUT", "/v1/shifts", { items: shifts }, '"0"');
  const now = new Date().toISOString();
  const order = (n: number) => ({
    ...{ id: `e${n}`, type: "order.created", occurredAt: now, shop: "acme" },
    order: {
      ...{ id: `o${n}`, amount: "1500.00", currency: "CNY", createdAt: now },
      buyer: { id: `b${n}`, phone: `+86138${10_000_000 + n}` },
    },
  });
  const assigned = () => service.sql<{ who: string | null; count: number }[]>`
    select assignee as who, count(*)::int as count from tasks group by assignee order by assignee nulls last`;
  await postAll(api.url, [order(1), order(2)]);
  await eventually("both are assigned", assigned, (rows) => rows.every(({ who }) => who !== null) && rows.length > 0);
  await first.kill();
  await postAll(api.url, [order(3), order(4), order(5)]);
  await eventually(
    "the others are, as far as people may have more",
    assigned,
    (rows) => JSON.stringify(rows.map(({ who, count }) => [who, count])) === '[["Ada",1],["Vera",3],[null,1]]',
  );
  expect(await service.sql`select task_id from task_draws group by task_id having count(*) > 1`).toHaveLength(0);
}, 60_000);
