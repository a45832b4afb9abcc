import { describe, expect, it } from "vitest";
import { applyOnFirstStart } from "../../../src/campaigns/first-start.ts";
import { MINUTE } from "../../../src/core/values/duration.ts";
import { readCampaigns } from "../../../src/db/stores/campaigns/campaign-store.ts";
import { CampaignsBusy, planningMoment } from "../../../src/db/stores/campaigns/planning-fence.ts";
import { planAnewIfChanged } from "../../../src/db/stores/campaigns/settings-store.ts";
import { inTransaction } from "../../../src/db/transaction.ts";
import { campaignSetup, campaignYaml, keptLog, OPTIONS } from "../../support/campaigns.ts";
import { receivedEvent } from "../../support/intake.ts";
import { T0 } from "../../support/rules.ts";

const kinds = (result: { changes: readonly { campaign: string; kind: string }[] }) =>
  result.changes.map(({ campaign, kind }) => `${campaign} ${kind}`);

describe("apply", () => {
  it("makes a version only when something changed", async () => {
    const { apply, sql, write } = await campaignSetup();
    expect(kinds(await apply())).toEqual(["default create"]);
    expect(kinds(await apply())).toEqual(["default unchanged"]);
    write("default/campaign.yaml", campaignYaml("20m"));
    expect(await apply()).toMatchObject({ kind: "applied", changes: [{ kind: "change", number: 2 }] });
    expect(await sql`select number, from_version, created_by, source from campaign_versions order by number`).toEqual([
      { number: 1, from_version: null, created_by: "alice", source: "file" },
      { number: 2, from_version: 1, created_by: "alice", source: "file" },
    ]);
    expect(await sql`select who, via, action, subject, from_version, to_version from audit order by id`).toEqual([
      { who: "alice", via: "cli", action: "campaign.apply", subject: "default", from_version: null, to_version: 1 },
      { who: "alice", via: "cli", action: "campaign.apply", subject: "default", from_version: 1, to_version: 2 },
    ]);
  });

  it("changes all campaigns or none", async () => {
    const { apply, sql, write } = await campaignSetup();
    await apply();
    await sql`insert into campaign_versions select 'default', 2, 'edited', files, now(), 'bob', 'http', 1, null from campaign_versions`;
    await sql`update campaigns set current = 2`;
    write("other/campaign.yaml", campaignYaml("5m"));
    write("other/nudge.sms.en.hbs", "Hi");
    expect(kinds(await apply())).toEqual(["default conflict", "other create"]);
    expect(await sql`select key from campaigns`).toEqual([{ key: "default" }]);
    expect(kinds(await apply({ force: true }))).toEqual(["default change", "other create"]);
    expect(await sql`select key, current from campaigns order by key`).toEqual([
      { key: "default", current: 3 },
      { key: "other", current: 1 },
    ]);
    expect(kinds(await apply())).toEqual(["default unchanged", "other unchanged"]);
  });

  it("keeps a campaign that left the directory running, and retires it only when pruning", async () => {
    const { apply, sql, write, remove, process } = await campaignSetup();
    write("other/campaign.yaml", campaignYaml("5m"));
    write("other/nudge.sms.en.hbs", "Hi");
    await apply();
    remove("other");
    expect(kinds(await apply())).toEqual(["default unchanged", "other missing"]);
    const { live } = await process();
    expect(live.current().catalog.campaigns.map(({ key }) => key)).toEqual(["default", "other"]);
    expect(kinds(await apply({ prune: true }))).toEqual(["default unchanged", "other retire"]);
    await live.refresh();
    expect(live.current().catalog.campaigns.map(({ key }) => key)).toEqual(["default"]);
    expect(await sql`select number from campaign_versions where campaign = 'other'`).toEqual([{ number: 1 }]);
    write("other/campaign.yaml", campaignYaml("5m"));
    write("other/nudge.sms.en.hbs", "Hi");
    expect(kinds(await apply())).toEqual(["default unchanged", "other unchanged"]);
    await live.refresh();
    expect(live.current().catalog.campaigns.map(({ key }) => key)).toEqual(["default", "other"]);
  });

  it("lets operators who apply at the same time take turns", async () => {
    const { apply, sql } = await campaignSetup();
    const results = await Promise.all([apply(), apply(), apply(), apply()]);
    expect(results.flatMap(kinds).sort()).toEqual(["default create", ...Array(3).fill("default unchanged")]);
    expect(await sql`select number from campaign_versions`).toEqual([{ number: 1 }]);
    expect(await sql`select value from settings where key = 'campaigns_revision'`).toEqual([{ value: 1 }]);
  });

  it("keeps every byte of the files", async () => {
    const odd = "\ufeffOrder {{order.id}}\r\n\ttrailing \r\n\u2028é\u0301 👩‍👩‍👧 {{! note }}\n\n";
    const { apply, sql } = await campaignSetup(campaignYaml("10m", "# the end\r\n\n"), {
      "default/nudge.sms.zh-CN.hbs": odd,
    });
    await apply();
    const [stored] = await readCampaigns(sql, "default");
    expect(stored?.files).toEqual({
      "campaign.yaml": campaignYaml("10m", "# the end\r\n\n"),
      "nudge.sms.en.hbs": "Order {{order.id}}: {{total}} STOP to opt out",
      "nudge.sms.zh-CN.hbs": odd,
    });
  });

  it("protects versions from changes, and the current version from deletion", async () => {
    const { apply, sql } = await campaignSetup();
    await apply();
    await expect(sql`update campaign_versions set note = 'x'`).rejects.toThrow(/1 of default never changes/);
    await expect(sql`delete from campaign_versions`).rejects.toThrow(/campaigns_current/);
  });
});

describe("start", () => {
  it("applies the directory once, also when several processes start at once; later starts run the database and warn of a difference", async () => {
    const { dir, sql, write, process } = await campaignSetup();
    const { log, lines } = keptLog();
    const start = () => applyOnFirstStart({ sql, log, options: OPTIONS }, dir);
    expect(await Promise.all([start(), start(), start()])).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    expect(await sql`select number, created_by from campaign_versions`).toEqual([
      { number: 1, created_by: "first start" },
    ]);
    lines.length = 0;
    await start();
    expect(lines).toEqual([]);
    write("default/campaign.yaml", campaignYaml("30m"));
    write("new/campaign.yaml", campaignYaml("30m"));
    await start();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      campaigns: ["default", "new"],
      msg: expect.stringContaining(`dunlin campaigns apply ${dir}`),
    });
    const { live } = await process();
    expect(live.current().catalog.campaigns[0]?.steps[0]?.at.ms).toBe(10 * MINUTE);
  });

  it("does not start with a faulty directory", async () => {
    const { dir, sql, write } = await campaignSetup();
    write("default/campaign.yaml", campaignYaml("10x"));
    const result = await applyOnFirstStart({ sql, log: keptLog().log, options: OPTIONS }, dir);
    expect(result).toMatchObject({ ok: false, faults: [expect.stringMatching(/campaign\.yaml:2: .*afterCreated/)] });
    expect(await readCampaigns(sql)).toEqual([]);
  });
});

describe("a change under running processes", () => {
  const order = (n: number, at: number) =>
    receivedEvent(`e${n}`, "order.created", at, {
      id: `o${n}`,
      buyer: { id: `b${n}`, phone: `+86138123${10_000 + n}` },
    });

  it("is used by every process after its commit, and open cases are replanned", async () => {
    const { apply, process, sql, write, at, sent } = await campaignSetup();
    await apply();
    await planAnewIfChanged(sql);
    const [one, two] = [await process(), await process()];
    await at(T0);
    await one.receive(order(1, T0));
    const plans = () => sql`select campaign_version as version, due_at from reminders order by orders`;
    expect(await plans()).toEqual([{ version: "1", due_at: T0 + 10 * MINUTE }]);
    write("default/campaign.yaml", campaignYaml("25m"));
    write("default/nudge.sms.en.hbs", "New words for {{order.id}}");
    await apply();
    // Neither process was notified.
    await two.receive(order(2, T0));
    expect(await plans()).toEqual([
      { version: "1", due_at: T0 + 10 * MINUTE },
      { version: "2", due_at: T0 + 25 * MINUTE },
    ]);
    expect(await planAnewIfChanged(sql)).toBeGreaterThan(0);
    expect(await planAnewIfChanged(sql)).toBe(0);
    await one.drain();
    expect(await plans()).toEqual([
      { version: "2", due_at: T0 + 25 * MINUTE },
      { version: "2", due_at: T0 + 25 * MINUTE },
    ]);
    await at(T0 + 25 * MINUTE);
    await two.drain();
    expect(sent.map(({ text }) => text).sort()).toEqual(["New words for o1", "New words for o2"]);
    expect(
      await sql`select distinct campaign_version, template, template_version is not null as versioned from deliveries`,
    ).toEqual([{ campaign_version: "2", template: "default/nudge.sms.en", versioned: true }]);
  });

  it("waits for processes that are planning, so that no plan is missed", async () => {
    const { apply, sql } = await campaignSetup();
    await apply();
    const done: string[] = [];
    let changed: Promise<unknown> = Promise.resolve();
    await inTransaction(sql, async (tx) => {
      await planningMoment(tx, 1);
      changed = apply({ force: true }).then(() => done.push("changed"));
      await waiting(sql);
      done.push("planned");
    });
    await changed;
    expect(done).toEqual(["planned", "changed"]);
  });

  it("gives up when a process was stopped while planning, and says so", async () => {
    const { apply, sql } = await campaignSetup();
    await apply();
    await inTransaction(sql, async (tx) => {
      await planningMoment(tx, 1);
      await expect(apply()).rejects.toThrow(CampaignsBusy);
    });
  });
});

/** Until somebody waits for an advisory lock of this database. */
async function waiting(sql: Awaited<ReturnType<typeof campaignSetup>>["sql"]): Promise<void> {
  for (;;) {
    const [row] = await sql<{ n: number }[]>`
      select count(*)::int as n from pg_locks l join pg_database d on d.oid = l.database
      where d.datname = current_database() and l.locktype = 'advisory' and not l.granted`;
    if ((row?.n ?? 0) > 0) return;
  }
}
