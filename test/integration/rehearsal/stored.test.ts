/** `rehearse --stored`: the orders of the database give what the file they came from gives. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { createIntake } from "../../../src/intake/intake.ts";
import { runHere } from "../../support/command.ts";
import { intakeDeps, receivedEvent } from "../../support/intake.ts";
import { T0 } from "../../support/rules.ts";

const STEPS = "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [chat, sms] }\n";
const iso = (at: number) => new Date(at).toISOString();

async function setup(text = "{{shop}} {{buyer.name}} {{total}} STOP") {
  const { deps, database } = await intakeDeps({ otherShops: ["sol"] });
  const dir = await mkdtemp(join(tmpdir(), "dunlin-stored-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const write = async (name: string, content: string) => {
    await mkdir(join(dir, name, ".."), { recursive: true });
    await writeFile(join(dir, name), content);
    return join(dir, name);
  };
  await write(
    "dunlin.yaml",
    `shops:
  acme: { timeZone: Asia/Shanghai, locale: zh-CN, currency: CNY, closeAfter: 24h, quietHours: off }
  sol: { timeZone: Europe/Madrid, locale: en, closeAfter: 24h, quietHours: off }
channels:
  sms: { provider: console, cost: { amount: "0.05", currency: CNY } }
  chat: { provider: console }
`,
  );
  await write("c/promo/campaign.yaml", `${STEPS}holdout: 30%\nvariants: { a: 50, b: 50 }\n`);
  await write("c/promo/nudge.sms.en.hbs", text);
  await write("c/promo/nudge.chat.en.hbs", text);
  const env = {
    PATH: process.env.PATH,
    HOME: dir,
    DATABASE_URL: database.url,
    DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
  };
  const rehearse = (...args: string[]) =>
    runHere(["rehearse", "--campaigns", join(dir, "c"), ...args], { cwd: dir, env });
  const json = async (...args: string[]) => {
    const { code, out, err } = await rehearse(...args, "--json");
    expect([code, err]).toEqual([0, ""]);
    return JSON.parse(out);
  };
  const receive = async (events: readonly object[]) => {
    const { rejected } = await createIntake(deps).submit(events);
    expect(rejected).toEqual([]);
  };
  return { database, rehearse, json, receive, write };
}

/** Every kind of buyer, on the day of T0 and around it. */
function events() {
  const phone = (n: number) => `+86138000000${n + 10}`;
  const all: object[] = [];
  const add = (id: string, type: string, at: number, order: object, shop = "acme") =>
    void all.push({ ...receivedEvent(`${id}-${type}`, `order.${type}`, at, { id, ...order }), shop });
  for (let n = 0; n < 40; n++)
    add(`o${n}`, "created", T0 + n * MINUTE, {
      buyer: { id: `b${n}`, phone: phone(n), name: `Ana ${n}`, locale: "en-GB", timeZone: "Asia/Tokyo", tier: "gold" },
      tags: n % 2 ? ["d11"] : [],
    });
  add("anon", "created", T0, { buyer: { phone: phone(50), locale: "en" } });
  add("chat", "created", T0 + 1, { buyer: { chat: { wechat: "openid-77" }, locale: "en" } });
  add("both", "created", T0 + 2, { buyer: { id: "both", chat: { wechat: "openid-78" }, phone: phone(51) } });
  // The phone number comes first, the id joins it: holdout and variant are those of the number.
  add("joined", "created", T0 + 3, { buyer: { phone: phone(52), locale: "en" } });
  add("joined2", "created", T0 + 4, { buyer: { id: "late", phone: phone(52) } });
  add("o1", "paid", T0 + 5 * MINUTE, { buyer: undefined, paidAt: iso(T0 + 5 * MINUTE) });
  add("o2", "updated", T0 + 6 * MINUTE, { buyer: undefined, amount: "99.00", currency: "CNY", note: "blue" });
  add("o3", "closed", T0 + 7 * MINUTE, { buyer: undefined, closedAt: iso(T0 + 7 * MINUTE) });
  add("pre", "created", T0 + 8 * MINUTE, {
    buyer: { id: "pre", phone: phone(53) },
    presale: { depositPaid: true, balanceFrom: iso(T0 + HOUR), balanceTo: iso(T0 + 2 * HOUR) },
  });
  add("sol", "created", T0 + MINUTE, { buyer: { id: "b1", phone: "+34612345678" } }, "sol");
  return all;
}

it("gives what the file gives, for each kind of buyer, and writes nothing", async () => {
  const { database, json, receive, write } = await setup();
  const all = events();
  await receive(all);
  await receive([
    receivedEvent("before", "order.created", T0 - DAY, { id: "before", buyer: { id: "x" } }),
    receivedEvent("after", "order.created", T0 + DAY, { id: "after", buyer: { id: "y" } }),
  ]);
  const counts = () => database.sql`
    select (select count(*) from orders) as orders, (select count(*) from reminders) as reminders, (select max(xmin::text::bigint) from buyers) as last`;
  const before = await counts();
  const file = await write("events.ndjson", all.map((event) => JSON.stringify(event)).join("\n"));
  const fromFile = await json(file);
  const stored = await json("--stored", "2026-11-10");
  expect(fromFile.sends.length).toBeGreaterThan(20);
  expect(fromFile.skipped.holdout).toBeGreaterThan(3);
  expect({ ...stored, warnings: [] }).toEqual({ ...fromFile, warnings: [] });
  expect(stored.warnings.filter((warning: string) => /^line|occurredAt/.test(warning))).toEqual([]);
  expect(await json("--stored", "2026-11-10", "--shop", "sol")).toMatchObject({
    orders: 1,
    rows: [{ shop: "sol" }],
  });
  expect(await json("--stored", "2026-11-09..2026-11-11")).toMatchObject({ orders: stored.orders + 2 });
  expect(await counts()).toEqual(before);
});

it("knows who opted out, and moves, tags and scales stored orders as those of a file", async () => {
  const { database, json, receive, write } = await setup();
  await receive(events());
  await database.sql`
    insert into suppressions (shop_id, hash, source, created_at)
    select c.shop_id, c.hash, 'manual', now() from contacts c join buyers b on b.shop_id = c.shop_id and b.id = c.buyer_id
    where b.platform_id in ('b10', 'b11', 'b12', 'b13')`;
  const all = await json("--stored", "2026-11-10");
  expect(all.skipped.suppressed).toBeGreaterThan(0);
  for (const { buyer } of all.sends) expect(["b10", "b11", "b12", "b13"]).not.toContain(buyer);
  await write(
    "c/promo/campaign.yaml",
    `${STEPS}match: { tags: [party] }\nactive: { from: 2026-12-24T00:00:00+08:00 }\n`,
  );
  expect((await json("--stored", "2026-11-10")).warnings).toContainEqual(
    expect.stringMatching(
      /^campaign promo is used for none of the orders: active from 2026-12-24T00:00:00\+08:00 on none, tag party on none of 4\d orders/,
    ),
  );
  const moved = await json("--stored", "2026-11-10", "--as-of", "2026-12-24", "--tag", "party", "--scale", "3");
  expect(moved.orders).toBe(3 * all.orders);
  expect(moved.from).toBe("2026-12-24T20:00:00+08:00");
  expect(moved.sends.length).toBeGreaterThan(50);
});

it("decrypts no name that no text shows, and no handle of a buyer who has an id", async () => {
  const { database, json, rehearse, receive, write } = await setup("{{shop}} {{total}} STOP");
  await receive(events().slice(0, 3));
  await receive([
    receivedEvent("w", "order.created", T0, { id: "w", buyer: { id: "w", chat: { wechat: "openid-9" } } }),
  ]);
  await database.sql`update contacts set cipher = decode('00', 'hex') where kind = 'chat.wechat'`;
  await database.sql`
    update buyers set profile = jsonb_set(profile::jsonb, '{name,0}', '"AAAA"') where profile -> 'name' is not null`;
  expect((await json("--stored", "2026-11-10")).orders).toBe(4);
  await write("c/promo/nudge.sms.en.hbs", "{{buyer.name}} {{total}} STOP");
  await expect(rehearse("--stored", "2026-11-10")).rejects.toThrow("cannot be read with this DUNLIN_SECRET_KEY");
});

it("says what is wrong: no orders, an unknown shop, a missing directory", async () => {
  const { rehearse, receive } = await setup();
  await receive(events().slice(0, 1));
  const fails = async (...args: string[]) => {
    const { code, out, err } = await rehearse(...args);
    expect([code, out]).toEqual([1, ""]);
    return err;
  };
  expect(await fails("--stored", "2026-11-09")).toBe(
    "dunlin: --stored: no order in the database was created in the period 2026-11-09\n",
  );
  expect(await fails("--stored", "2026-11-10", "--shop", "sol")).toBe(
    "dunlin: --stored: no order of shop sol in the database was created in the period 2026-11-10\n",
  );
  expect(await fails("--stored", "2026-11-10", "--shop", "amce")).toMatch(
    /^dunlin: --stored: shop "amce" is not configured: list it under shops/,
  );
  expect(await fails("--stored", "2026-11-10", "--against", "/nowhere")).toMatch(/^dunlin: .*nowhere/);
});
