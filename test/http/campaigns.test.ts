/** Campaigns over HTTP, on a real database. */
import { describe, expect, it } from "vitest";
import { createCampaignAdmin } from "../../src/campaigns/administer.ts";
import { planAnewIfChanged } from "../../src/db/stores/campaigns/settings-store.ts";
import { campaignSetup, campaignYaml, NUDGE, OPTIONS } from "../support/campaigns.ts";
import { type Cleanup, fileContext } from "../support/file-context.ts";
import { receivedEvent } from "../support/intake.ts";
import { T0 } from "../support/rules.ts";
import { bearer, JSON_TYPE, stubServer } from "./support.ts";

const file = fileContext();
let first: ReturnType<typeof server> | undefined;
/** For what changes nothing: it is shared, and holds the first version. */
const unchanged = () => {
  first ??= server(file);
  return first;
};

async function server(context?: Cleanup) {
  const setup = await campaignSetup(undefined, undefined, context);
  await setup.apply();
  const { app } = stubServer({ campaigns: createCampaignAdmin({ sql: setup.sql, options: OPTIONS }) }, context);
  const ask = async (method: "GET" | "PUT" | "POST" | "DELETE", path: string, body?: unknown, headers: object = {}) => {
    const answer = await app.inject({
      method,
      url: `/v1/campaigns${path}`,
      headers: { ...bearer("operator"), ...(body === undefined ? {} : JSON_TYPE), ...headers },
      ...(body === undefined ? {} : { payload: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: answer.statusCode, etag: answer.headers.etag, body: answer.body === "" ? null : answer.json() };
  };
  const put = (yaml: string, headers: object, more: object = {}) =>
    ask("PUT", "/default", { yaml, templates: NUDGE, ...more }, headers);
  return { ...setup, ask, put };
}

const match = (version: number) => ({ "if-match": `"${version}"` });

describe("GET /v1/campaigns/:key", () => {
  it("returns the texts, the parsed campaign, and the version as ETag", async () => {
    const { ask } = await unchanged();
    const { status, etag, body } = await ask("GET", "/default");
    expect([status, etag]).toEqual([200, '"1"']);
    expect(body).toMatchObject({
      key: "default",
      version: 1,
      createdBy: "alice",
      source: "file",
      fromVersion: null,
      paused: false,
      retired: false,
      editedSinceApply: false,
      yaml: campaignYaml("10m"),
      templates: NUDGE,
      campaign: {
        steps: [{ id: "nudge", at: { afterCreated: "10m" }, channels: ["sms"] }],
        limits: { max: 3, per: "1d", gap: "10m" },
        holdout: "0%",
        paidSilence: "1d",
        quietHours: null,
      },
    });
    expect(body.createdAt).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect((await ask("GET", "/nope")).body.code).toBe("campaign_not_found");
    expect((await ask("GET", "")).body.items).toEqual([expect.objectContaining({ key: "default", version: 1 })]);
  });
});

describe("PUT /v1/campaigns/:key", () => {
  it("makes a new version with author, note and origin, which `apply` does not overwrite", async () => {
    const { put, ask, sql, apply } = await server();
    const saved = await put(campaignYaml("15m"), match(1), { note: "sooner is too soon" });
    expect([saved.status, saved.etag]).toEqual([200, '"2"']);
    expect(saved.body).toMatchObject({
      version: 2,
      source: "http",
      fromVersion: 1,
      editedSinceApply: true,
      warnings: [
        "campaign.yaml:2: step nudge has no template for chat, the fallback of a channel, and cannot use it: add nudge.chat.en.hbs",
      ],
    });
    expect(
      await sql`select who, via, action, subject, from_version, to_version, note from audit order by id desc limit 1`,
    ).toEqual([
      {
        who: "operator's key",
        via: "http",
        action: "campaign.put",
        subject: "default",
        from_version: 1,
        to_version: 2,
        note: "sooner is too soon",
      },
    ]);
    expect((await apply()).kind).toBe("conflict");
    const again = await put(campaignYaml("15m"), match(2));
    expect([again.status, again.etag]).toEqual([200, '"2"']);
    expect(
      (await ask("GET", "/default/versions")).body.items.map(({ version }: { version: number }) => version),
    ).toEqual([2, 1]);
  });

  it("needs a precondition, and refuses when somebody else changed the campaign first", async () => {
    const { put, ask } = await server();
    const none = await put(campaignYaml("15m"), {});
    expect([none.status, none.body.code]).toEqual([428, "precondition_required"]);
    for (const stale of ['"7"', 'W/"1"', '"1x"', '""']) {
      const answer = await put(campaignYaml("15m"), { "if-match": stale });
      expect([answer.status, answer.body.code, answer.body.current, answer.etag], stale).toEqual([
        412,
        "precondition_failed",
        1,
        '"1"',
      ]);
    }
    expect((await put(campaignYaml("15m"), { "if-match": "1" })).status).toBe(400);
    expect((await put(campaignYaml("15m"), { "if-none-match": "*" })).status).toBe(412);
    expect((await put(campaignYaml("15m"), { "if-match": '"0", "1"' })).status).toBe(200);
    expect((await put(campaignYaml("16m"), { "if-match": "*" })).status).toBe(200);
    const made = await ask("PUT", "/fresh", { yaml: campaignYaml("5m"), templates: NUDGE }, { "if-none-match": "*" });
    expect([made.status, made.etag]).toEqual([201, '"1"']);
    const missing = await ask("PUT", "/other", { yaml: campaignYaml("5m"), templates: NUDGE }, match(1));
    expect([missing.status, missing.body.current]).toEqual([412, null]);
  });

  it("accepts one of several concurrent writes", async () => {
    const { put, sql } = await server();
    const answers = await Promise.all([11, 12, 13, 14].map((minutes) => put(campaignYaml(`${minutes}m`), match(1))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
    const winner = answers.find(({ status }) => status === 200);
    const [row] = await sql`select v.files ->> 'campaign.yaml' as yaml, c.current from campaigns c
      join campaign_versions v on v.campaign = c.key and v.number = c.current`;
    expect(row).toEqual({ yaml: winner?.body.yaml, current: 2 });
  });

  it("names every fault by file and line, and saves nothing", async () => {
    const { ask, sql } = await unchanged();
    const broken = await ask(
      "PUT",
      "/default",
      {
        yaml: "steps:\n  - { id: nudge, at: { afterCreated: soon }, channels: [sms] }\nholdout: 7\nholdout: 5%\n",
        templates: {
          "nudge.sms.en.hbs": "ok\n{{nope}}",
          "nudge.fax.en.hbs": "x",
          "../../x.sms.en.hbs": "x",
          __proto__x: "",
        },
      },
      match(1),
    );
    expect([broken.status, broken.body.code]).toEqual([422, "invalid_campaign"]);
    const places = broken.body.errors.map(({ file, line }: { file: string; line: number | null }) => `${file}:${line}`);
    expect(places).toContain("campaign.yaml:4");
    expect(places).toContain("nudge.sms.en.hbs:2");
    const stray = { ...NUDGE, "nudge.fax.en.hbs": "x" };
    const misplaced = await ask("PUT", "/default", { yaml: campaignYaml("15m"), templates: stray }, match(1));
    expect(misplaced.body.errors).toEqual([
      { file: "nudge.fax.en.hbs", line: null, message: expect.stringContaining("does not use channel fax") },
    ]);
    expect(await sql`select count(*)::int as n from campaign_versions`).toEqual([{ n: 1 }]);
    expect((await ask("GET", "/default")).etag).toBe('"1"');
  });

  it.each([
    ["anchors and aliases", "a: &a [1, 2]\nb: [*a, *a]\n"],
    ["a bomb", `a: &a [x, x, x]\n${"b: &b [*a, *a, *a]\n".repeat(1_000)}`],
    ["double keys", "name: a\nname: b\nsteps: []\n"],
    ["deep nesting", `steps: ${"[".repeat(60_000)}`],
    ["too long a text", `name: ${"x".repeat(70_000)}`],
    ["tags", "name: !!js/function 'x'\n"],
    ["NUL", "name: 'a\0b'\n"],
    ["half a character", "name: 'a\ud800b'\n"],
    ["no map", "- 1\n"],
    ["nothing", ""],
  ])("refuses %s within a moment", async (_, yaml) => {
    const { put } = await unchanged();
    const begun = process.cpuUsage();
    const answer = await put(yaml, match(1));
    expect([answer.status, answer.body.code]).toEqual([422, "invalid_campaign"]);
    // CPU time of this process alone: the machine may be busy with others.
    expect(process.cpuUsage(begun).user / 1_000).toBeLessThan(1_000);
  });

  it.each([
    ["no object", "[]"],
    ["unknown fields", '{"yaml": "", "templates": {}, "colour": 1}'],
    ["no texts", '{"yaml": "", "templates": {"nudge.sms.en.hbs": 1}}'],
    ["campaign.yaml twice", '{"yaml": "", "templates": {"campaign.yaml": ""}}'],
    ["no yaml", '{"templates": {}}'],
  ])("refuses a body with %s", async (_, body) => {
    const { ask } = await unchanged();
    const answer = await ask("PUT", "/default", body, match(1));
    expect([answer.status, answer.body.code]).toEqual([422, "invalid_body"]);
    expect(answer.body.errors.length).toBeGreaterThan(0);
  });

  it("refuses a key that cannot be a directory", async () => {
    const { ask } = await unchanged();
    for (const key of ["..%2Fx", "a.b", "%00", "x".repeat(61)]) {
      const answer = await ask(
        "PUT",
        `/${key}`,
        { yaml: campaignYaml("5m"), templates: NUDGE },
        { "if-none-match": "*" },
      );
      expect(answer.status, key).toBe(422);
    }
  });
});

describe("history", () => {
  it("pages, shows every version unchanged, and rolls back", async () => {
    const { put, ask } = await server();
    for (const [version, minutes] of [11, 12, 13].entries()) await put(campaignYaml(`${minutes}m`), match(version + 1));
    const first = await ask("GET", "/default/versions?limit=3");
    expect(first.body.items).toMatchObject([
      { version: 4, current: true },
      { version: 3, current: false },
      { version: 2 },
    ]);
    const rest = await ask("GET", `/default/versions?limit=3&cursor=${first.body.next}`);
    expect([rest.body.items.map(({ version }: { version: number }) => version), rest.body.next]).toEqual([[1], null]);
    expect((await ask("GET", "/default/versions/2")).body).toMatchObject({
      version: 2,
      yaml: campaignYaml("11m"),
      templates: NUDGE,
    });
    expect((await ask("GET", "/default/versions/9")).body.code).toBe("version_not_found");
    expect((await ask("GET", "/nope/versions")).body.code).toBe("campaign_not_found");
    const stale = await ask("POST", "/default/rollback", {}, match(1));
    expect([stale.status, stale.body.current]).toEqual([412, 4]);
    const back = await ask("POST", "/default/rollback", { to: 1, note: "as it was" }, match(4));
    expect([back.status, back.etag]).toEqual([200, '"5"']);
    expect(back.body).toMatchObject({
      yaml: campaignYaml("10m"),
      source: "rollback",
      fromVersion: 1,
      editedSinceApply: false,
    });
    expect((await ask("POST", "/default/rollback")).body).toMatchObject({ version: 6, yaml: campaignYaml("13m") });
    expect((await ask("POST", "/default/rollback", { to: 99 })).body.code).toBe("version_not_found");
    expect((await ask("POST", "/nope/rollback", {})).body.code).toBe("campaign_not_found");
    expect((await ask("POST", "/default/rollback", { to: 0 })).body.code).toBe("invalid_body");
  });

  it("does not roll back to a version that is no longer valid, and names file and line", async () => {
    const { put, ask, sql } = await server();
    await put(campaignYaml("11m"), match(1));
    const files = JSON.stringify({ "campaign.yaml": campaignYaml("5m").replace("sms", "pigeon"), ...NUDGE });
    await sql`insert into campaign_versions select 'default', 3, 'x', ${files}::text::jsonb, now(), 'bob', 'http', 2, null`;
    const { status, body } = await ask("POST", "/default/rollback", { to: 3 });
    expect([status, body.code]).toEqual([422, "invalid_campaign"]);
    expect(body.errors).toContainEqual({ file: "campaign.yaml", line: 2, message: expect.stringContaining("pigeon") });
  });

  it("does not delete the current version, nor one with reminders or deliveries", async () => {
    const { put, ask, sql, process, at } = await server();
    const { receive, drain } = await process();
    await at(T0);
    await receive(receivedEvent("e1", "order.created", T0));
    await at(T0 + 600_000);
    await drain();
    await put(campaignYaml("15m"), match(1));
    await planAnewIfChanged(sql);
    await receive(receivedEvent("e2", "order.created", T0, { id: "o2", buyer: { id: "b2", phone: "+8613812345679" } }));
    await put(campaignYaml("20m"), match(2));
    await put(campaignYaml("25m"), match(3));
    const refused = async (version: number) => {
      const { status, body } = await ask("DELETE", `/default/versions/${version}`);
      return [status, body.code, body.detail];
    };
    expect(await refused(4)).toEqual([409, "version_in_use", expect.stringContaining("is the current version")]);
    expect(await refused(1)).toEqual([
      409,
      "version_in_use",
      expect.stringContaining("deliveries were made by version 1"),
    ]);
    expect(await refused(2)).toEqual([
      409,
      "version_in_use",
      expect.stringContaining("reminders were made by version 2"),
    ]);
    expect((await ask("DELETE", "/default/versions/3")).status).toBe(204);
    expect((await ask("DELETE", "/default/versions/3")).status).toBe(404);
    expect(
      (await ask("GET", "/default/versions")).body.items.map(({ version }: { version: number }) => version),
    ).toEqual([4, 2, 1]);
    expect(await sql`select action, from_version from audit order by id desc limit 1`).toEqual([
      { action: "campaign.delete-version", from_version: 3 },
    ]);
  });
});

describe("PUT /v1/campaigns/:key/templates/:name", () => {
  it("replaces one text, and makes a version of it", async () => {
    const { ask } = await server();
    const path = "/default/templates/nudge.sms.en.hbs";
    const text = "Pay {{total}} now. STOP to opt out";
    expect((await ask("PUT", path, { text })).status).toBe(428);
    expect((await ask("PUT", path, { text }, match(7))).status).toBe(412);
    const saved = await ask("PUT", path, { text, note: "shorter" }, match(1));
    expect([saved.status, saved.etag, saved.body.templates, saved.body.yaml, saved.body.note]).toEqual([
      200,
      '"2"',
      { "nudge.sms.en.hbs": text },
      campaignYaml("10m"),
      "shorter",
    ]);
    expect((await ask("PUT", path, { text }, match(2))).etag).toBe('"2"');
    const added = await ask("PUT", "/default/templates/nudge.sms.fr.hbs", { text }, match(2));
    expect(Object.keys(added.body.templates)).toEqual(["nudge.sms.en.hbs", "nudge.sms.fr.hbs"]);
  });

  it("names faults, and what cannot be a text", async () => {
    const { ask } = await unchanged();
    const wrong = await ask("PUT", "/default/templates/nudge.sms.en.hbs", { text: "{{nope}}" }, match(1));
    expect([wrong.status, wrong.body.errors]).toEqual([
      422,
      [expect.objectContaining({ file: "nudge.sms.en.hbs", line: 1 })],
    ]);
    const names = ["campaign.yaml", "other.sms.en.hbs", "nudge.pigeon.en.hbs", "..%2Fx.hbs"];
    for (const name of names)
      expect((await ask("PUT", `/default/templates/${name}`, { text: "x" }, match(1))).status, name).toBe(422);
    expect((await ask("PUT", "/nope/templates/nudge.sms.en.hbs", { text: "x" }, match(1))).status).toBe(404);
    expect((await ask("GET", "/default")).body.version).toBe(1);
  });
});

describe("pauses", () => {
  it("end by themselves if asked, and stand in the list", async () => {
    const { ask } = await server();
    const paused = await ask("POST", "/default/pause", { for: "30m", note: "stop" });
    const { pausedAt, pausedUntil } = paused.body;
    expect(Date.parse(pausedUntil) - Date.parse(pausedAt)).toBe(30 * 60_000);
    expect((await ask("GET", "")).body.paused).toEqual([
      { kind: "campaign", name: "default", pausedAt, pausedUntil, source: "person", note: "stop", reason: null },
    ]);
    expect((await ask("POST", "/default/pause")).body).toMatchObject({ pausedAt, pausedUntil: null });
    for (const wrong of ["soon", "0s", "30"]) {
      const { status, body } = await ask("POST", "/default/pause", { for: wrong });
      expect([status, JSON.stringify(body)], wrong).toEqual([422, expect.stringContaining("must be a duration like")]);
    }
    expect((await ask("POST", "/default/resume")).body).toMatchObject({ paused: false, pausedUntil: null });
    expect((await ask("GET", "")).body.paused).toEqual([]);
  });
});
