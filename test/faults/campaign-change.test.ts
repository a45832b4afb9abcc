/** A campaign is changed while real processes intake and send: from its commit on nothing goes out by the old one. */
import { expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { audit, isOver, ledger, NO_FAULTS } from "../support/service/ledger.ts";
import { API_KEY, rig } from "../support/service/rig.ts";
import { orders, postAll } from "../support/service/shop.ts";

const campaign = (after: string) => `steps:
  - { id: nudge, at: { afterCreated: ${after} }, channels: [sms, chat] }
minAge: 0s
minLead: 1s
limits: { max: 20, per: 24h, gap: 0s }
`;

it("apply, pause and resume reach every process at once, also in a burst of intake", async (context) => {
  const { up, run, write, sql, provider } = await rig(context, { queue: "postgres", campaign: campaign("30m") });
  const api = await up(["api"]);
  await Promise.all([up(["worker"]), up(["worker"])]);
  const early = orders(300, "early", Date.now());
  await postAll(api.url, early);
  expect(await ledger(sql)).toMatchObject({ reminders: { planned: 300 } });

  await write("templates/fast/campaign.yaml", campaign("10s"));
  await write("templates/fast/nudge.sms.en.hbs", "New words for {{order.id}}");
  const burst = postAll(api.url, orders(2_000, "burst", Date.now() + 1_000), 100);
  const apply = run(["campaigns", "apply", "templates"]);
  expect(await apply.ended).toEqual({ code: 0, signal: null });
  const [applied] = await sql<{ at: number }[]>`select created_at as at from campaign_versions where number = 2`;
  await burst;
  const end = await eventually("all of it went out by the new version", () => ledger(sql), isOver);
  expect(end.reminders).toEqual({ sent: 2_300 });
  expect(await sql`select distinct campaign_version as version from deliveries`).toEqual([{ version: "2" }]);
  expect(await sql`select distinct campaign_version as version from reminders`).toEqual([{ version: "2" }]);
  const [first] = await sql<{ at: number }[]>`select min(claimed_at) as at from deliveries`;
  // The old version says half an hour. The open cases were replanned within seconds.
  expect((first?.at ?? 0) - (applied?.at ?? 0)).toBeLessThan(10_000);

  const ask = (verb: string) =>
    fetch(`${api.url}/v1/campaigns/fast/${verb}`, { method: "POST", headers: { authorization: `Bearer ${API_KEY}` } });
  expect((await ask("pause")).status).toBe(200);
  const taken = provider.taken();
  await postAll(api.url, orders(200, "held", Date.now()));
  await eventually(
    "workers look at what is due and let it wait",
    async () => (await sql<{ n: number }[]>`select count(*)::int as n from buyers where wake_at <= dunlin_now()`)[0]?.n,
    (due) => due === 0,
  );
  expect(provider.taken()).toBe(taken);
  expect((await ask("resume")).status).toBe(200);
  await eventually("what waited goes out", () => ledger(sql), isOver);
  expect((await ledger(sql)).reminders).toEqual({ sent: 2_500 });
  expect((await audit({ sql, provider })).faults).toEqual(NO_FAULTS);
});
