/** The commands as a person runs them, on a real database: their output and their failures. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { filesDigest } from "../../../src/campaigns/files.ts";
import { applyCommand } from "../../../src/cli/commands/campaigns/apply.ts";
import { diffCommand } from "../../../src/cli/commands/campaigns/diff.ts";
import { exportCommand } from "../../../src/cli/commands/campaigns/export.ts";
import { listCommand } from "../../../src/cli/commands/campaigns/list.ts";
import { switchCommand } from "../../../src/cli/commands/campaigns/pause.ts";
import { rollbackCommand } from "../../../src/cli/commands/campaigns/rollback.ts";
import { validateCommand } from "../../../src/cli/commands/campaigns/validate.ts";
import { versionsCommand } from "../../../src/cli/commands/campaigns/versions.ts";
import { listCommand as listParts, switchCommand as switchPart } from "../../../src/cli/commands/pauses/parts.ts";
import {
  listCommand as listMethods,
  switchCommand as switchMethod,
} from "../../../src/cli/commands/pauses/payment-methods.ts";
import { type CommandContext, CommandError } from "../../../src/cli/context.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { campaignDir, campaignSetup, campaignYaml, NUDGE } from "../../support/campaigns.ts";

async function commands(more: Readonly<Record<string, string>> = {}) {
  const setup = await campaignSetup(campaignYaml("10m"), more);
  setup.write(
    "../dunlin.yaml",
    "shops:\n  acme: { locale: en }\nchannels:\n  sms: { provider: console }\n  chat: { provider: console }\n",
  );
  const env = {
    DATABASE_URL: setup.database.url,
    DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
    DUNLIN_TEMPLATES: setup.dir,
    DUNLIN_CONFIG: join(setup.dir, "../dunlin.yaml"),
  };
  const result = loadConfig(env, setup.dir);
  if (!result.ok) throw new Error(result.faults.join("\n"));
  const { config } = result;
  /** The output of a command on stdout and stderr, and the failure it ends with. */
  const run = async (command: (context: CommandContext) => void | Promise<void>) => {
    const [out, err]: [string[], string[]] = [[], []];
    const said = () => ({ out: out.join(""), err: err.join("") });
    const context = {
      config,
      log: pino({ level: "silent" }),
      out: (text: string) => void out.push(`${text}\n`),
      note: (text: string) => void err.push(`${text}\n`),
    };
    try {
      await command(context);
      return { ...said(), failed: null };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return { ...said(), failed: error.message };
    }
  };
  const apply = (options = {}) => run((context) => applyCommand(context, setup.dir, options));
  const edit = (yaml: string) =>
    setup.sql.begin(async (sql) => {
      const files = { "campaign.yaml": yaml, ...NUDGE };
      await sql`insert into campaign_versions select 'default', max(number) + 1, ${filesDigest(files)}, ${JSON.stringify(files)}::text::jsonb, '2026-11-10T12:00:00Z', 'bob', 'http', max(number), null from campaign_versions`;
      await sql`update campaigns set current = current + 1`;
    });
  return { ...setup, run, apply, edit };
}

describe("campaigns apply", () => {
  it("shows the changes line by line, and with --dry-run changes nothing", async () => {
    const { apply, write, sql, dir } = await commands();
    expect(await apply()).toEqual({ out: "default: new, now version 1\n", err: "", failed: null });
    expect((await apply()).out).toBe(`1 campaign(s), all the same as in ${dir}\n`);
    write("default/campaign.yaml", campaignYaml("20m"));
    write("default/nudge.sms.es.hbs", "Hola. Baja: STOP\n");
    const dry = await apply({ dryRun: true });
    expect(dry.err).toBe("dry run: nothing was applied\n");
    expect(dry.out).toBe(`default: differs from version 1
--- campaign.yaml\tversion 1
+++ campaign.yaml\tdirectory
@@ -1,2 +1,2 @@
 steps:
-  - { id: nudge, at: { afterCreated: 10m }, channels: [sms] }
+  - { id: nudge, at: { afterCreated: 20m }, channels: [sms] }
--- nudge.sms.es.hbs\tversion 1
+++ nudge.sms.es.hbs\tdirectory
@@ -0,0 +1,1 @@
+Hola. Baja: STOP
`);
    expect(await sql`select current from campaigns`).toEqual([{ current: 1 }]);
    expect((await apply({ note: "later" })).out).toContain("default: differs from version 1, now version 2\n");
    expect(await sql`select note from campaign_versions order by number`).toEqual([{ note: null }, { note: "later" }]);
  });

  it("refuses an invalid directory, with all faults by file and line, and changes nothing", async () => {
    const { apply, write, sql, dir } = await commands();
    write(
      "default/campaign.yaml",
      "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [smss] }\nholdout: 200%\n",
    );
    write("default/nudge.sms.en.hbs", "line\n{{ordr.id}}");
    write("bomb/campaign.yaml", "a: &a [x, x]\nsteps: [*a, *a]\nname: one\nname: two\n");
    const { failed } = await apply();
    for (const place of [
      "default/campaign.yaml:2:",
      "default/campaign.yaml:3:",
      "default/nudge.sms.en.hbs:2:",
      "bomb/campaign.yaml:1: anchors (&name) are not allowed",
      "bomb/campaign.yaml:2: aliases (*name) are not allowed",
      "bomb/campaign.yaml:4: the key `name` is there twice",
    ])
      expect(failed).toContain(`${dir}/${place}`);
    expect(await sql`select * from campaigns`).toEqual([]);
    expect(await sql`select * from audit`).toEqual([]);
  });

  it("shows a conflict with an edit in the database, and overwrites it only when forced", async () => {
    const { apply, edit, sql, write } = await commands();
    await apply();
    await edit(campaignYaml("15m"));
    // Also when the directory is as it was applied: applying it would take the edit back.
    const conflict = await apply();
    expect(conflict.failed).toMatch(/^nothing was applied: default edited in the database since the last apply/);
    expect(conflict.out).toContain(
      "CONFLICT: edited in the database since the last apply: version 2 by bob (http) at 2026-11-10T12:00:00",
    );
    expect(conflict.out).toContain(
      "-  - { id: nudge, at: { afterCreated: 15m }, channels: [sms] }\n+  - { id: nudge, at: { afterCreated: 10m }",
    );
    const asJson = await apply({ json: true, dryRun: true });
    expect(JSON.parse(asJson.out)).toMatchObject({
      result: "conflict",
      changes: [
        {
          campaign: "default",
          change: "conflict",
          fromVersion: 2,
          toVersion: null,
          files: [{ name: "campaign.yaml", change: "changed" }],
        },
      ],
    });
    expect(asJson.failed).not.toBeNull();
    write("default/campaign.yaml", campaignYaml("25m"));
    expect((await apply()).failed).not.toBeNull();
    expect((await apply({ force: true })).failed).toBeNull();
    expect(await sql`select current from campaigns`).toEqual([{ current: 3 }]);
  });

  it("keeps control characters of a file from the terminal", async () => {
    const { apply, write } = await commands();
    await apply();
    write("default/nudge.sms.en.hbs", "Order\u001b[2J {{order.id}}");
    expect((await apply({ dryRun: true })).out).not.toContain("\u001b");
  });
});

describe("campaigns diff", () => {
  it("lists all campaigns, in text and JSON, and changes nothing", async () => {
    const { apply, run, dir, write, remove, sql } = await commands({
      "old/campaign.yaml": campaignYaml("5m"),
      "old/nudge.sms.en.hbs": "Hi",
    });
    await apply();
    remove("old");
    write("new/campaign.yaml", campaignYaml("5m"));
    write("new/nudge.sms.en.hbs", "Hi");
    const text = await run((context) => diffCommand(context, undefined, {}));
    expect(text.out).toBe(
      `new: new\nold: not in ${dir}: keeps running as version 1; apply --prune retires it\n1 campaign(s) unchanged\n`,
    );
    const json = await run((context) => diffCommand(context, dir, { json: true }));
    expect(
      JSON.parse(json.out).changes.map((each: { campaign: string; change: string }) => [each.campaign, each.change]),
    ).toEqual([
      ["default", "unchanged"],
      ["new", "create"],
      ["old", "missing"],
    ]);
    expect(await sql`select key, retired_at from campaigns order by key`).toEqual([
      { key: "default", retired_at: null },
      { key: "old", retired_at: null },
    ]);
    await apply({ prune: true });
    expect(await sql`select key from campaigns where retired_at is not null`).toEqual([{ key: "old" }]);
  });
});

describe("campaigns export", () => {
  it("writes the applied files byte for byte, and applying them again changes nothing", async () => {
    const odd = "\ufeffOrder {{order.id}}\r\n\ttrailing \r\n\u2028 👩‍👩‍👧\n\n";
    const { apply, run, dir } = await commands({ "default/nudge.sms.zh-CN.hbs": odd, "default/README.md": "not ours" });
    await apply();
    const target = join(campaignDir().dir, "out");
    const { out } = await run((context) => exportCommand(context, target, {}));
    expect(out).toBe(`${target}: 1 campaign(s), 3 file(s)\n`);
    for (const name of readdirSync(join(target, "default")))
      expect(readFileSync(join(target, "default", name)).equals(readFileSync(join(dir, "default", name))), name).toBe(
        true,
      );
    const again = await run((context) => applyCommand(context, target, {}));
    expect(again.out).toBe(`1 campaign(s), all the same as in ${target}\n`);
  });

  it("overwrites nothing unless forced; then the directory matches the database", async () => {
    const { apply, run, dir, write, edit } = await commands();
    await apply();
    await edit(campaignYaml("15m"));
    write("default/nudge.sms.es.hbs", "Hola");
    write("default/README.md", "kept");
    expect((await run((context) => exportCommand(context, dir, {}))).failed).toMatch(/is not empty/);
    expect((await run((context) => exportCommand(context, dir, { force: true }))).failed).toBeNull();
    expect(readdirSync(join(dir, "default")).sort()).toEqual(["README.md", "campaign.yaml", "nudge.sms.en.hbs"]);
    // The edit is now in the directory: no conflict any more, also later.
    expect((await apply()).failed).toBeNull();
    write("default/campaign.yaml", campaignYaml("45m"));
    expect((await apply()).failed).toBeNull();
  });
});

describe("campaigns rollback", () => {
  it("returns to the version before, or to the given one, as a new version", async () => {
    const { apply, run, write, sql } = await commands();
    for (const minutes of ["10m", "20m", "30m"]) {
      write("default/campaign.yaml", campaignYaml(minutes));
      await apply();
    }
    const back = await run((context) => rollbackCommand(context, "default", { note: "too late" }));
    expect(back.out).toMatch(/^default: version 4 is a copy of version 2 and replaces version 3\n/);
    expect(back.out).toMatch(
      /--- campaign.yaml\tversion 3\n\+\+\+ campaign.yaml\tversion 4\n(?:.*\n)*-.*30m.*\n\+.*20m.*\n/,
    );
    const json = await run((context) => rollbackCommand(context, "default", { to: 1, json: true }));
    expect(JSON.parse(json.out)).toEqual({
      campaign: "default",
      kind: "rolled-back",
      from: 4,
      restored: 1,
      number: 5,
      files: [{ name: "campaign.yaml", change: "changed", diff: expect.stringContaining("10m") }],
    });
    expect((await run((context) => rollbackCommand(context, "default", { to: 1 }))).out).toContain("already");
    expect((await run((context) => rollbackCommand(context, "default", { to: 9 }))).failed).toMatch(
      /no version 9; the current version is 5/,
    );
    expect((await run((context) => rollbackCommand(context, "nope", {}))).failed).toMatch(/no campaign nope/);
    expect(
      await sql`select number, source, from_version, note from campaign_versions where number > 3 order by number`,
    ).toEqual([
      { number: 4, source: "rollback", from_version: 2, note: "too late" },
      { number: 5, source: "rollback", from_version: 1, note: null },
    ]);
    expect(
      await sql`select from_version, to_version, note from audit where action = 'campaign.rollback' order by id`,
    ).toEqual([
      { from_version: 3, to_version: 4, note: "too late" },
      { from_version: 4, to_version: 5, note: "back to 1" },
    ]);
    // A rollback is an edit: the directory must not undo it unasked.
    expect((await apply()).failed).not.toBeNull();
  });

  it("takes the directory of a campaign, or one that holds a single campaign", async () => {
    const { apply, run, edit, dir, write, remove } = await commands();
    await apply();
    const back = (named: string) => run((context) => rollbackCommand(context, named, {}));
    for (const named of [dir, join(dir, "default"), `${dir}/default/`]) {
      await edit(campaignYaml("20m"));
      expect((await back(named)).out, named).toMatch(/^default: version \d+ is a copy of version \d+ and replaces /);
    }
    write("promo/campaign.yaml", campaignYaml("15m"));
    expect((await back(dir)).failed).toBe(
      `${dir} holds several campaigns: name one of them, like ${join(dir, "default")}`,
    );
    // The files may be gone.
    remove("default");
    await edit(campaignYaml("25m"));
    expect((await back(join(dir, "default"))).out).toMatch(/^default: version /);
    expect((await back(join(dir, "nope"))).failed).toMatch(/^there is no campaign nope:/);
  });

  it("takes a name for a key, and for a directory only if there is no such campaign", async () => {
    const { apply, run, write } = await commands();
    const back = () => run((context) => rollbackCommand(context, "templates", {}));
    // The directory of that name where the tests run.
    expect((await back()).failed).toMatch(/^templates holds several campaigns: /);
    for (const minutes of ["10m", "20m"]) {
      write("templates/campaign.yaml", campaignYaml(minutes));
      write("templates/nudge.sms.en.hbs", "Pay {{total}}. STOP\n");
      await apply();
    }
    expect((await back()).out).toMatch(/^templates: version 3 is a copy of version 1 /);
  });

  it("refuses a version that can no longer run", async () => {
    const { apply, run, edit } = await commands();
    await apply();
    await edit(campaignYaml("10m").replace("sms", "pigeon"));
    await edit(campaignYaml("15m"));
    expect((await run((context) => rollbackCommand(context, "default", {}))).failed).toMatch(
      /^version 2\/default\/campaign\.yaml:2: .*no channel pigeon is configured/m,
    );
  });
});

it("campaigns validate needs no database", async () => {
  const { run, dir, write } = await commands();
  expect((await run((context) => validateCommand(context, dir))).out).toMatch(
    /1 campaign\(s\), 1 template\(s\), no fault/,
  );
  write("default/nudge.sms.en.hbs", "{{nope}}");
  expect((await run((context) => validateCommand(context, dir))).failed).toMatch(/nudge\.sms\.en\.hbs:1:/);
});

it("campaigns pause, resume, list and versions show what holds", async () => {
  const { apply, run, write } = await commands({
    "promo/campaign.yaml": campaignYaml("15m", "priority: 5\n"),
    "promo/nudge.sms.en.hbs": NUDGE["nudge.sms.en.hbs"],
  });
  await apply();
  write("default/campaign.yaml", campaignYaml("20m"));
  await apply();
  const pause = (key: string | null, paused: boolean, options: object = {}) =>
    run((context) => switchCommand(context, key, paused, options));
  expect((await pause("default", true, { for: 30 * 60_000 })).out).toMatch(/^default: paused until \d{4}-.*\+00:00\n$/);
  expect((await pause(null, true)).out).toBe("default: paused\npromo: paused\n");
  expect((await pause("promo", false)).out).toBe("promo: runs\n");
  expect((await pause("nope", true)).failed).toMatch(/no campaign nope/);
  const part = (kind: "channel" | "shop", name: string) =>
    run((context) => switchPart(context, kind, name, true, { note: "why" }));
  expect((await part("channel", "sms")).out).toBe("sms: paused\n");
  expect((await part("shop", "acme")).out).toBe("acme: paused\n");
  expect((await part("channel", "pigeon")).failed).toMatch(/no channel pigeon is configured/);
  const method = (paused: boolean, shop: string, options: object = {}) =>
    run((context) => switchMethod(context, "支付宝", paused, { shop, ...options }));
  expect((await method(true, "acme", { note: "it is down" })).out).toBe("支付宝: paused\n");
  expect((await method(true, "nope")).failed).toMatch(/no shop nope is configured: `dunlin shops list` shows them/);
  expect((await run((context) => listMethods(context, false))).out).toMatch(/^acme +支付宝 +paused$/m);
  expect(JSON.parse((await run((context) => listMethods(context, true))).out)).toMatchObject([
    { shop: "acme", method: "支付宝", paused: true, pauseSource: "person", recent: null, usual: null },
  ]);
  const { out } = await run((context) => listCommand(context, false));
  expect(out).toMatch(/^paused: payment method acme\/支付宝, since /m);
  expect((await method(false, "acme", { json: true })).out).toContain('"paused": false');
  expect((await run((context) => listMethods(context, false))).out).toMatch(/^no payment method is paused/);
  expect(out).toMatch(/^default +2 +paused /m);
  expect(out).toMatch(/^promo +1 +runs /m);
  expect(out).toMatch(/^paused: channel sms, since .*\npaused: payment method .*\npaused: shop acme, since /m);
  expect((await run((context) => listParts(context, "channel", false))).out).toMatch(/^sms +console +paused$/m);
  expect((await run((context) => listParts(context, "shop", false))).out).toMatch(/^acme +paused$/m);
  const versions = await run((context) => versionsCommand(context, "default", { limit: 50 }));
  expect(versions.out).toMatch(/^2 +current .*\n1 /m);
});
