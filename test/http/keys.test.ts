/** Keys made by the command give access to the HTTP interface by role, and their names are in the audit trail. */
import { InvalidArgumentError } from "commander";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { createCampaignAdmin } from "../../src/campaigns/administer.ts";
import { keyName } from "../../src/cli/arguments.ts";
import { createKeyCommand } from "../../src/cli/commands/keys/create.ts";
import { listKeysCommand } from "../../src/cli/commands/keys/list.ts";
import { revokeKeyCommand } from "../../src/cli/commands/keys/revoke.ts";
import { type CommandContext, CommandError } from "../../src/cli/context.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { findKey } from "../../src/db/stores/campaigns/key-store.ts";
import { createAuth } from "../../src/http/kit/auth.ts";
import { listAudit } from "../../src/reporting/audit-trail.ts";
import { campaignSetup, campaignYaml, NUDGE, OPTIONS } from "../support/campaigns.ts";
import { ADMIN_KEY, bearer, JSON_TYPE, stubServer } from "./support.ts";

async function keyed() {
  const setup = await campaignSetup();
  const { sql } = setup;
  await setup.apply();
  let clock = 0;
  const auth = createAuth({ adminKey: ADMIN_KEY, find: (digest) => findKey(sql, digest), clock: () => clock });
  const { app, lines } = stubServer({
    auth,
    campaigns: createCampaignAdmin({ sql, options: OPTIONS }),
    listAudit: (query) => listAudit({ sql, zone: "UTC" }, query),
  });
  const env = { DATABASE_URL: setup.database.url, DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64") };
  const config = loadConfig(env, setup.dir);
  if (!config.ok) throw new Error(config.faults.join("\n"));
  const run = async (command: (context: CommandContext) => Promise<void>) => {
    const out: string[] = [];
    const context = {
      config: config.config,
      log: pino({ level: "silent" }),
      out: (text: string) => void out.push(text),
      note: () => {},
    };
    try {
      await command(context);
      return { out: out.join("\n"), failed: null };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return { out: out.join("\n"), failed: error.message };
    }
  };
  const make = async (name: string, role: "viewer" | "operator" | "admin") =>
    (await run((context) => createKeyCommand(context, name, { role }))).out;
  const put = (key: string, minutes: number, version: number) =>
    app.inject({
      method: "PUT",
      url: "/v1/campaigns/default",
      headers: { ...bearer(key), ...JSON_TYPE, "if-match": `"${version}"` },
      payload: { yaml: campaignYaml(`${minutes}m`), templates: NUDGE },
    });
  const get = (url: string, key: string) => app.inject({ url, headers: bearer(key) });
  return {
    ...setup,
    run,
    make,
    put,
    get,
    lines,
    pass: (ms: number) => {
      clock += ms;
    },
  };
}

describe("keys", () => {
  it("give access by role, and name the holder in the audit trail", async () => {
    const { make, put, get, sql } = await keyed();
    const viewer = await make("Vera", "viewer");
    const operator = await make("Ólafur", "operator");
    expect(viewer).toMatch(/^dk_[\w-]{32}$/);
    expect([(await get("/v1/campaigns", viewer)).statusCode, (await put(viewer, 11, 1)).statusCode]).toEqual([
      200, 403,
    ]);
    expect((await put(operator, 12, 1)).statusCode).toBe(200);
    expect((await put(ADMIN_KEY, 13, 2)).statusCode).toBe(200);
    const trail = (await get("/v1/audit", viewer)).json();
    expect(trail.next).toBeNull();
    expect(trail.items).toMatchObject([
      { who: "admin key", via: "http", action: "campaign.put", subject: "default", fromVersion: 2, toVersion: 3 },
      { who: "Ólafur", via: "http", action: "campaign.put", subject: "default", fromVersion: 1, toVersion: 2 },
      { via: "cli", action: "key.create", subject: "Ólafur", note: "operator" },
      { via: "cli", action: "key.create", subject: "Vera", note: "viewer" },
      { who: "alice", via: "cli", action: "campaign.apply", subject: "default", fromVersion: null, toVersion: 1 },
    ]);
    expect(await sql`select created_by from campaign_versions where number = 2`).toEqual([{ created_by: "Ólafur" }]);
  });

  it("are stored as digests, and no key is in the logs", async () => {
    const { make, get, sql, lines } = await keyed();
    const key = await make("Vera", "viewer");
    await get("/v1/campaigns", key);
    await get("/v1/campaigns", `${key.slice(0, -1)}x`);
    const [row] = await sql`select * from api_keys`;
    expect(JSON.stringify(row)).not.toContain(key.slice(3));
    expect(lines.join("")).not.toContain(key.slice(3, 20));
  });

  it("stop working at most five seconds after they are revoked", async () => {
    const { make, get, run, pass } = await keyed();
    const key = await make("Vera", "viewer");
    const ask = async () => (await get("/v1/campaigns", key)).statusCode;
    expect(await ask()).toBe(200);
    expect((await run((context) => revokeKeyCommand(context, "Vera"))).out).toContain("within five seconds");
    pass(5_000);
    expect(await ask()).toBe(401);
    expect((await run((context) => revokeKeyCommand(context, "Vera"))).out).toContain("was revoked already");
    expect((await run((context) => revokeKeyCommand(context, "Nobody"))).failed).toMatch(/no key Nobody/);
    const again = await run((context) => createKeyCommand(context, "Vera", { role: "viewer" }));
    expect(again.failed).toMatch(/take another name/);
    for (const name of ["", "admin key", "First Start", "a\nb", "x".repeat(61)])
      expect(() => keyName(name), name).toThrow(InvalidArgumentError);
  });

  it("are listed without the key itself", async () => {
    const { make, run } = await keyed();
    const key = await make("Vera", "viewer");
    await run((context) => revokeKeyCommand(context, "Vera"));
    await make("Olaf", "admin");
    const table = (await run((context) => listKeysCommand(context, {}))).out;
    expect(table).toMatch(/^Vera +viewer +\S+ +\S+ +\S+$/m);
    expect(table).toMatch(/^Olaf +admin/m);
    const json = JSON.parse((await run((context) => listKeysCommand(context, { json: true }))).out);
    expect(json).toMatchObject([
      { name: "Vera", role: "viewer", revokedAt: expect.any(String) },
      { name: "Olaf", role: "admin", revokedAt: null },
    ]);
    expect(JSON.stringify(json) + table).not.toContain(key);
  });

  it("are answered with 503, not 401, while the store is out", async () => {
    const auth = createAuth({ adminKey: ADMIN_KEY, find: () => Promise.reject(new Error("out")) });
    const { app } = stubServer({ auth });
    const ask = async (key: string) => (await app.inject({ url: "/v1/cases", headers: bearer(key) })).statusCode;
    expect([await ask(`dk_${"x".repeat(32)}`), await ask("nonsense"), await ask(ADMIN_KEY)]).toEqual([503, 401, 200]);
  });
});

describe("GET /v1/audit", () => {
  it("filters and pages", async () => {
    const { put, get } = await keyed();
    for (const [index, minutes] of [11, 12, 13, 14].entries()) await put(ADMIN_KEY, minutes, index + 1);
    const ask = async (query: string) => (await get(`/v1/audit?${query}`, ADMIN_KEY)).json();
    const versions = (page: { items: { toVersion: number }[] }) => page.items.map(({ toVersion }) => toVersion);
    const first = await ask("action=campaign.put&limit=3");
    expect(versions(first)).toEqual([5, 4, 3]);
    const rest = await ask(`action=campaign.put&limit=3&cursor=${first.next}`);
    expect([versions(rest), rest.next]).toEqual([[2], null]);
    expect(versions(await ask("who=alice"))).toEqual([1]);
    expect(versions(await ask("subject=other"))).toEqual([]);
    expect(versions(await ask("to=2020-01-01T00:00:00Z"))).toEqual([]);
    expect(versions(await ask("from=2020-01-01T00:00:00Z&who=alice"))).toEqual([1]);
    expect((await ask("cursor=forged")).code).toBe("invalid_query");
    expect((await ask("colour=red")).code).toBe("invalid_query");
  });
});
