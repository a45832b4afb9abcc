import { expect, it } from "vitest";
import { campaignOverlap } from "../../../src/campaigns/overlap.ts";
import { setPaused } from "../../../src/campaigns/pauses/pause.ts";
import { DAY, HOUR } from "../../../src/core/values/duration.ts";
import { newestOrders } from "../../../src/db/stores/reads/newest-order-store.ts";
import { ALICE, campaignSetup, campaignYaml, NUDGE } from "../../support/campaigns.ts";
import { receivedEvent } from "../../support/intake.ts";
import { T0 } from "../../support/rules.ts";

const campaign = (key: string, more: string) => ({
  [`${key}/campaign.yaml`]: campaignYaml("10m", more),
  [`${key}/nudge.sms.en.hbs`]: NUDGE["nudge.sms.en.hbs"],
});

it("counts the orders that go to a campaign before another one, as planning chooses", async () => {
  const { sql, at, apply, remove, process } = await campaignSetup(campaignYaml("10m"), {
    ...campaign("coats", "priority: 10\nmatch: { tags: [coat] }\n"),
    ...campaign("vip", 'priority: 20\nmatch: { amount: { min: "500" } }\nexclude: { tags: [staff] }\n'),
    ...campaign("old", "priority: 30\nmatch: { tags: [coat] }\nactive: { to: 2026-11-10T11:00:00Z }\n"),
    ...campaign("gone", "priority: 40\n"),
  });
  await at(T0);
  await apply();
  remove("gone");
  await apply({ prune: true });
  await setPaused(sql, ALICE, { kind: "campaign", name: "coats", paused: true, forMs: null, note: null });
  const { live, receive } = await process();
  const order = (id: string, more: Record<string, unknown>, before = 0) =>
    receivedEvent(id, "order.created", T0 - before, { id, buyer: { id: `b-${id}` }, ...more });
  await receive(
    order("plain", {}),
    order("coat", { tags: ["coat"] }),
    order("dear", { tags: ["coat"], amount: "900.00" }),
    order("early", { tags: ["coat"], amount: "900.00" }, 2 * HOUR),
    order("staff", { tags: ["staff"], amount: "900.00" }),
    order("cod", { paymentMethod: "cod" }),
    order("long-ago", {}, 31 * DAY),
  );
  const overlap = await campaignOverlap(sql, live.current().policy.campaigns);
  const [old, vip, coats] = [
    { campaign: "old", orders: 1, state: "ended" },
    { campaign: "vip", orders: 1, state: "runs" },
    { campaign: "coats", orders: 1, state: "paused" },
  ];
  expect(overlap).toEqual({
    orders: 5,
    since: "2026-11-10T10:00:00+00:00",
    items: [
      { campaign: "old", matching: 1, takes: 1, shadowedBy: [] },
      { campaign: "vip", matching: 2, takes: 1, shadowedBy: [old] },
      { campaign: "coats", matching: 3, takes: 1, shadowedBy: [old, vip] },
      { campaign: "default", matching: 5, takes: 2, shadowedBy: [old, vip, coats] },
    ],
  });
  // Each order of the plan is where the count says that it goes.
  const planned = await sql<{ campaign: string; orders: number }[]>`
    select campaign, count(*)::int as orders from cases where opened_at = ${new Date(T0)} and campaign is not null group by 1 order by 1`;
  expect(planned).toEqual([
    { campaign: "coats", orders: 1 },
    { campaign: "default", orders: 2 },
    { campaign: "old", orders: 1 },
    { campaign: "vip", orders: 1 },
  ]);
  const ids = (await newestOrders(sql, { days: 30, limit: 2 })).map(({ order }) => order.createdAt);
  expect(ids).toEqual([T0, T0]);
});
