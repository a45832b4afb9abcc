/** People sign in with a password or a key, on a real database. */
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { createHashing, type Hashing } from "../../src/access/passwords.ts";
import { createSessions } from "../../src/access/sessions.ts";
import { digestOf } from "../../src/access/tokens.ts";
import { createUser, passwordLinks, renewPassword } from "../../src/access/users.ts";
import { createUserCommand } from "../../src/cli/commands/users/create.ts";
import { disableUserCommand } from "../../src/cli/commands/users/disable.ts";
import { linkOf } from "../../src/cli/commands/users/given-password.ts";
import { listUsersCommand } from "../../src/cli/commands/users/list.ts";
import { passwordCommand } from "../../src/cli/commands/users/password.ts";
import type { CommandContext } from "../../src/cli/context.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/core/values/duration.ts";
import { insertSession } from "../../src/db/stores/access/session-store.ts";
import { disableUser, findUser, replaceWay } from "../../src/db/stores/access/user-store.ts";
import { createKey, findKey, revokeKey } from "../../src/db/stores/campaigns/key-store.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { createVault } from "../../src/db/vault.ts";
import { sessionAnswer } from "../../src/http/contract/access/session.ts";
import { ADMIN, createAuth } from "../../src/http/kit/auth.ts";
import { purge } from "../../src/retention/purge.ts";
import { sessionVerbs } from "../../src/roles/verbs/session-verbs.ts";
import { lockTable, testDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { T0 } from "../support/rules.ts";
import { ADMIN_KEY, bearer, JSON_TYPE, stubServer } from "./support.ts";

const BY = { who: "test", via: "cli" } as const;
const PASSWORD = "correct horse battery";

const vault = createVault(Buffer.alloc(32, 7));

async function setup(hashing: Hashing = createHashing()) {
  const database = await testDatabase();
  const { sql } = database;
  await database.setNow(T0);
  const auth = createAuth({
    adminKey: ADMIN_KEY,
    find: (digest) => findKey(sql, digest),
    findSession: (token) => sessions.find(token),
  });
  const admin = { digest: digestOf(ADMIN_KEY), name: ADMIN.name };
  const sessions = createSessions({ sql, vault, hashing, holderOf: async (key) => auth.check(key), admin });
  const { app, lines } = stubServer({
    auth,
    sessions: sessionVerbs(sessions),
    links: passwordLinks({ sql, vault, hashing }),
    options: { failuresPerMinute: 1_000 },
  });
  await createUser(sql, BY, { name: "Vera", role: "operator", password: PASSWORD });
  type Ask = {
    method?: "GET" | "POST" | "PUT" | "DELETE";
    url?: string;
    payload?: object;
    cookie?: string;
    csrf?: string;
  };
  const ask = ({ method = "GET", url = "/v1/session", payload, cookie, csrf }: Ask) =>
    app.inject({
      ...{ method, url },
      headers: {
        ...(payload === undefined ? {} : JSON_TYPE),
        ...(cookie === undefined ? {} : { cookie }),
        ...(csrf === undefined ? {} : { "x-dunlin-csrf": csrf }),
      },
      ...(payload === undefined ? {} : { payload }),
    });
  const signIn = async (payload: object = { user: "Vera", password: PASSWORD }, cookie?: string) => {
    const answer = await ask({ method: "POST", payload, ...(cookie === undefined ? {} : { cookie }) });
    return {
      answer,
      header: String(answer.headers["set-cookie"] ?? ""),
      cookie: String(answer.headers["set-cookie"]).split(";")[0] ?? "",
    };
  };
  const submit = (link: string, password: string) =>
    app.inject({
      ...{ method: "POST" as const, url: link },
      headers: { "content-type": "application/x-www-form-urlencoded" },
      payload: new URLSearchParams({ user: "ignored", password }).toString(),
    });
  const who = async (cookie: string) => (await ask({ cookie })).json();
  const person = await findUser(sql, "Vera");
  if (person === null) throw new Error("Vera was not stored");
  return { ...database, app, lines, ask, signIn, submit, who, person };
}

describe("a session", () => {
  it("begins with name and password, and says who it is", async () => {
    const { signIn, who, sql, lines } = await setup();
    const { answer, header, cookie } = await signIn();
    expect([answer.statusCode, answer.body]).toEqual([204, ""]);
    expect(header).toMatch(/^dunlin_session=[\w-]{43}; Path=\/; Expires=.* GMT; HttpOnly; SameSite=Strict$/);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(sessionAnswer.safeParse(await who(cookie)).error).toBeUndefined();
    expect(await who(cookie)).toEqual({
      ...{ name: "Vera", role: "operator", signedInWith: "password", mark: null },
      ...{
        csrf: expect.stringMatching(/^[\w-]{24}$/),
        endsAt: "2026-11-17T12:00:00+00:00",
      },
    });
    // Neither the password nor the token is stored or logged.
    const stored = JSON.stringify([await sql`select * from users`, await sql`select * from sessions`]);
    const token = cookie.split("=")[1] ?? "";
    for (const secret of [PASSWORD, token]) expect(stored + lines.join("")).not.toContain(secret);
    expect(stored).toContain("$argon2id$v=19$m=19456,t=2,p=1$");
  });

  it("begins with a key, with the admin key too", async () => {
    const { signIn, who, sql, ask } = await setup();
    const key = (await createKey(sql, BY, "Till", "viewer")) ?? "";
    const { cookie } = await signIn({ key });
    expect(await who(cookie)).toMatchObject({ name: "Till", role: "viewer", signedInWith: "key" });
    const admin = await signIn({ key: ADMIN_KEY });
    expect(await who(admin.cookie)).toMatchObject({ name: "admin key", role: "admin" });
    await revokeKey(sql, BY, "Till");
    expect((await ask({ cookie })).json().code).toBe("unauthorized");
  });

  it("is carried only by TLS where the browser came by TLS", async () => {
    const { app } = stubServer({
      sessions: {
        signIn: async () => ({ kind: "signed_in", token: "t".repeat(43), endsAt: T0 }),
        signOut: async () => {},
        changePassword: async () => ({ kind: "changed" }),
      },
    });
    const signIn = (proto: string) =>
      app.inject({
        method: "POST",
        url: "/v1/session",
        payload: { key: "k" },
        headers: { "x-forwarded-proto": proto },
      });
    expect((await signIn("https")).headers["set-cookie"]).toContain("; Secure");
    expect((await signIn("http")).headers["set-cookie"]).not.toContain("Secure");
  });

  it("is a new one at each sign-in, and ends the one that came along", async () => {
    const { signIn, who } = await setup();
    const first = await signIn();
    const second = await signIn(undefined, first.cookie);
    expect(second.cookie).not.toBe(first.cookie);
    expect(await who(first.cookie)).toMatchObject({ code: "unauthorized" });
    expect(await who(second.cookie)).toMatchObject({ name: "Vera" });
    // One that the browser made up stays unknown.
    const planted = `dunlin_session=${"p".repeat(43)}`;
    await signIn(undefined, planted);
    expect(await who(planted)).toMatchObject({ code: "unauthorized" });
  });

  it("ends without a request for half a day, and after a week in any case", async () => {
    const { signIn, who, setNow } = await setup();
    const { cookie } = await signIn();
    let now = T0;
    for (; now < T0 + 7 * DAY; now += 11 * HOUR) {
      await setNow(now);
      expect(await who(cookie), new Date(now).toISOString()).toMatchObject({ name: "Vera" });
    }
    await setNow(T0 + 7 * DAY + SECOND);
    expect(await who(cookie)).toMatchObject({ code: "unauthorized" });
    const idle = await signIn();
    await setNow(T0 + 7 * DAY + SECOND + 12 * HOUR + SECOND);
    expect(await who(idle.cookie)).toMatchObject({ code: "unauthorized" });
  });

  it("ends at sign-out, and everywhere if that is asked for", async () => {
    const { signIn, who, ask, sql } = await setup();
    const [laptop, phone, other] = [await signIn(), await signIn(), await signIn({ key: ADMIN_KEY })];
    const { csrf } = await who(laptop.cookie);
    const out = await ask({ method: "DELETE", cookie: laptop.cookie, csrf });
    expect(out.statusCode).toBe(204);
    expect(String(out.headers["set-cookie"])).toContain("dunlin_session=; Path=/; Expires=Thu, 01 Jan 1970");
    expect(await who(laptop.cookie)).toMatchObject({ code: "unauthorized" });
    expect(await who(phone.cookie)).toMatchObject({ name: "Vera" });
    const again = await signIn();
    const token = (await who(again.cookie)).csrf;
    await ask({ method: "DELETE", url: "/v1/session?everywhere=true", cookie: again.cookie, csrf: token });
    expect(await who(phone.cookie)).toMatchObject({ code: "unauthorized" });
    expect(await who(other.cookie)).toMatchObject({ name: "admin key" });
    expect(await sql`select 1 from sessions`).toHaveLength(1);
  });

  it("ends when its person is disabled, or gets another password", async () => {
    const { signIn, who, sql } = await setup();
    for (const change of [() => renewPassword(sql, BY, "Vera", PASSWORD), () => disableUser(sql, BY, "Vera")]) {
      const { cookie } = await signIn();
      expect(await who(cookie)).toMatchObject({ name: "Vera" });
      await change();
      expect(await who(cookie)).toMatchObject({ code: "unauthorized" });
    }
    expect((await signIn()).answer.json().code).toBe("sign_in_refused");
    const trail = await sql<{ action: string }[]>`select action from audit where subject = 'Vera' order by id`;
    expect(trail.map(({ action }) => action)).toEqual(["user.create", "user.password", "user.disable"]);
  });
});

describe("a sign-in", () => {
  it("is refused in the same words for a wrong password and an unknown name", async () => {
    const { signIn } = await setup();
    const answers = await Promise.all([
      signIn({ user: "Vera", password: "wrong horse battery" }),
      signIn({ user: "Nobody", password: PASSWORD }),
    ]);
    for (const { answer, header } of answers) {
      expect([answer.statusCode, answer.json().code, header]).toEqual([401, "sign_in_refused", ""]);
      expect(answer.json().detail).toBe("name or password is wrong");
    }
  });

  it("waits after five wrong passwords in a row, each time twice as long, and not for ever", async () => {
    const { signIn, setNow } = await setup();
    const wrong = { user: "Vera", password: "wrong horse battery" };
    for (let n = 0; n < 6; n++) expect((await signIn(wrong)).answer.statusCode).toBe(401);
    // The right one has to wait as well: nobody learns whether it was right.
    const held = (await signIn()).answer;
    expect([held.statusCode, held.headers["retry-after"]]).toEqual([429, "2"]);
    let now = T0;
    const waits: number[] = [];
    for (let n = 0; n < 12; n++) {
      const wait = Number((await signIn(wrong)).answer.headers["retry-after"]);
      waits.push(wait);
      now += wait * SECOND;
      await setNow(now);
      expect((await signIn(wrong)).answer.statusCode).toBe(401);
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    await setNow(now + 15 * MINUTE);
    expect((await signIn()).answer.statusCode).toBe(204);
    expect((await signIn(wrong)).answer.statusCode).toBe(401);
  });

  it("is limited by address as well, whatever the names, and then the right password and key are not looked at", async () => {
    const tried: unknown[] = [];
    const { app } = stubServer({
      options: { failuresPerMinute: 3 },
      sessions: {
        signIn: async ({ user, key }) => {
          tried.push(user ?? key);
          return key === "right" ? { kind: "signed_in", token: "t".repeat(43), endsAt: T0 } : { kind: "refused" };
        },
        signOut: async () => {},
        changePassword: async () => ({ kind: "changed" }),
      },
    });
    const from = (remoteAddress: string, payload: object) =>
      app.inject({ ...{ method: "POST", url: "/v1/session", remoteAddress, payload } });
    const codes = [];
    for (let n = 0; n < 4; n++)
      codes.push((await from("192.0.2.1", { user: `guess-${n}`, password: PASSWORD })).statusCode);
    expect(codes).toEqual([401, 401, 401, 429]);
    const right = await from("192.0.2.1", { key: "right" });
    expect([right.statusCode, right.json().code, Number(right.headers["retry-after"]) > 0]).toEqual([
      429,
      "rate_limited",
      true,
    ]);
    expect(tried).toEqual(["guess-0", "guess-1", "guess-2"]);
    // Wrong keys and signatures of programs behind the same address keep nobody out.
    const wrong = { method: "GET", url: "/v1/session", remoteAddress: "192.0.2.2", headers: bearer("wrong") } as const;
    for (const code of [401, 401, 401, 429]) expect((await app.inject(wrong)).statusCode).toBe(code);
    expect((await from("192.0.2.2", { key: "right" })).statusCode).toBe(204);
  });

  it("is limited by the address that a trusted proxy says, and by no other", async () => {
    const { app } = stubServer({ options: { failuresPerMinute: 1, trustProxy: ["10.0.0.0/8"] } });
    const from = async (remoteAddress: string, client: string) => {
      const headers = { "x-forwarded-for": client };
      const payload = { key: "wrong" };
      return (await app.inject({ ...{ method: "POST", url: "/v1/session", remoteAddress, headers, payload } }))
        .statusCode;
    };
    expect([await from("10.0.0.7", "192.0.2.1"), await from("10.0.0.7", "192.0.2.2")]).toEqual([401, 401]);
    expect(await from("10.0.0.7", "192.0.2.1")).toBe(429);
    expect([await from("192.0.2.9", "192.0.2.3"), await from("192.0.2.9", "192.0.2.4")]).toEqual([401, 429]);
  });

  it("is looked at six times when thirty come at once, whether the name is known or not", async () => {
    const { signIn, sql } = await setup();
    for (const user of ["Vera", "Nobody"]) {
      const wrong = { user, password: "wrong horse battery" };
      const codes = await Promise.all(Array.from({ length: 30 }, async () => (await signIn(wrong)).answer.statusCode));
      expect([codes.filter((code) => code === 401).length, codes.filter((code) => code === 429).length]).toEqual([
        6, 24,
      ]);
      const held = (await signIn({ user, password: PASSWORD })).answer;
      expect([held.statusCode, held.headers["retry-after"]]).toEqual([429, "2"]);
      // Another name, of another person perhaps.
      for (const other of [` ${user}`, user.toUpperCase(), `${user}\u200b`])
        expect((await signIn({ user: other, password: PASSWORD })).answer.statusCode, other).toBe(401);
    }
    expect(JSON.stringify(await sql`select encode(hash, 'escape') as name from sign_in_attempts`)).not.toMatch(
      /vera|nobody/i,
    );
  });

  it("hashes as often for an unknown name as for a known one", async () => {
    const hashing = createHashing();
    const compared: string[] = [];
    const matches: Hashing["matches"] = (hashed, password) => {
      compared.push(hashed.split("$").slice(0, 4).join("$"));
      return hashing.matches(hashed, password);
    };
    const { sql, signIn } = await setup({ ...hashing, matches });
    await createUser(sql, BY, { name: "Ida", role: "viewer" });
    for (const user of ["Vera", "Nobody", "Ida"]) await signIn({ user, password: "wrong horse battery" });
    expect(compared).toEqual(Array.from({ length: 3 }, () => "$argon2id$v=19$m=19456,t=2,p=1"));
  });

  it("is refused if the password was changed while it was looked at, and the session that came along goes on", async () => {
    const hashing = createHashing();
    let meanwhile = async () => {};
    const matches: Hashing["matches"] = async (hashed, password) => {
      const isRight = await hashing.matches(hashed, password);
      await meanwhile();
      return isRight;
    };
    const { sql, signIn, who } = await setup({ ...hashing, matches });
    const { cookie } = await signIn({ key: ADMIN_KEY });
    for (const change of [
      () => renewPassword(sql, BY, "Vera", "staple of the battery"),
      () => disableUser(sql, BY, "Vera"),
    ]) {
      await renewPassword(sql, BY, "Vera", PASSWORD);
      meanwhile = async () => void (await change());
      expect((await signIn(undefined, cookie)).answer.statusCode).toBe(401);
      expect(await who(cookie)).toMatchObject({ name: "admin key" });
    }
    expect(await sql`select from sessions`).toHaveLength(1);
  });

  it("and a change of the password wait for each other: no session of the old one is left", async () => {
    const { sql, person } = await setup();
    let change: Promise<unknown> = Promise.resolve();
    await inTransaction(sql, async (tx) => {
      const by = { userId: person.id, password: person.password ?? "" };
      expect(await insertSession(tx, { hash: digestOf("t"), by, csrf: "c", lifeMs: DAY }, null)).toBe(true);
      change = replaceWay(sql, BY, "Vera", { password: "p" });
      const waiting = () =>
        sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await eventually("the change waits", waiting, (rows) => rows.length > 0);
    });
    await change;
    expect(await sql`select from sessions`).toEqual([]);
  });

  it("is forgotten after a day, and its session once that is over", async () => {
    const { sql, signIn, setNow } = await setup();
    await signIn({ user: "Nobody", password: PASSWORD });
    await signIn();
    const left = async (now: number) => {
      await setNow(now);
      await purge(sql, { events: DAY, orders: DAY, contacts: DAY, audit: DAY, deliveries: DAY });
      return [(await sql`select from sign_in_attempts`).length, (await sql`select from sessions`).length];
    };
    expect(await left(T0 + DAY)).toEqual([1, 1]);
    expect(await left(T0 + DAY + SECOND)).toEqual([0, 1]);
    expect(await left(T0 + 7 * DAY + SECOND)).toEqual([0, 0]);
  });

  it("is put off when very many come at once, and none hangs", async () => {
    const { signIn } = await setup();
    const answers = await Promise.all(
      Array.from({ length: 80 }, async (_, n) => (await signIn({ user: `guess-${n}`, password: PASSWORD })).answer),
    );
    const busy = answers.filter(({ statusCode }) => statusCode === 503);
    expect(busy.length).toBeGreaterThan(0);
    for (const answer of busy) expect([answer.json().code, answer.headers["retry-after"]]).toEqual(["overloaded", "2"]);
    expect(answers.filter(({ statusCode }) => statusCode === 401)).toHaveLength(80 - busy.length);
    expect((await signIn()).answer.statusCode).toBe(204);
  });

  it.each([
    [{}, "user"],
    [{ user: "Vera" }, "password"],
    [{ user: "", password: PASSWORD }, "user"],
    [{ user: "Vera", password: PASSWORD, key: "dk" }, "key"],
    [{ user: "Vera", password: PASSWORD, remember: true }, "remember"],
    [{ user: "Ve\0ra", password: PASSWORD }, "user"],
  ])("names what is wrong with the body %o", async (payload, place) => {
    const { app } = stubServer();
    const answer = await app.inject({ method: "POST", url: "/v1/session", payload });
    expect([answer.statusCode, answer.json().code]).toEqual([422, "invalid_body"]);
    expect(JSON.stringify(answer.json().errors)).toContain(place);
    expect(answer.body).not.toContain(PASSWORD);
  });
});

describe("a password", () => {
  it("is changed by its owner, and all other sessions end", async () => {
    const { signIn, who, ask, sql } = await setup();
    const [here, elsewhere] = [await signIn(), await signIn()];
    const { csrf } = await who(here.cookie);
    const change = (payload: object) =>
      ask({ method: "PUT", url: "/v1/session/password", payload, cookie: here.cookie, csrf });
    const next = "staple of the battery";
    expect((await change({ old: "wrong horse battery", password: next })).json().detail).toBe(
      "the old password is wrong",
    );
    for (const [password, why] of [
      ["short", "at least 12"],
      ["x".repeat(201), "at most 200"],
      ["abababababababab", "too few different"],
      ["Vera12345678", "made from the name"],
    ]) {
      const answer = await change({ old: PASSWORD, password });
      expect([answer.statusCode, answer.json().code]).toEqual([422, "invalid_password"]);
      expect(answer.json().detail).toContain(why);
    }
    expect((await change({ old: PASSWORD, password: next })).statusCode).toBe(204);
    expect(await replaceWay(sql, BY, "Vera", { password: "p" }, { was: "another hash" })).toBe(false);
    expect(await who(here.cookie)).toMatchObject({ name: "Vera" });
    expect(await who(elsewhere.cookie)).toMatchObject({ code: "unauthorized" });
    expect((await signIn()).answer.statusCode).toBe(401);
    expect((await signIn({ user: "Vera", password: next })).answer.statusCode).toBe(204);
  });

  it("is not guessed with a session that somebody left open: the old one waits like a sign-in", async () => {
    const { signIn, who, ask } = await setup();
    const { cookie } = await signIn();
    const { csrf } = await who(cookie);
    const payload = { old: "wrong horse battery", password: "staple of the battery" };
    const change = async () => {
      const answer = await ask({ method: "PUT", url: "/v1/session/password", payload, cookie, csrf });
      return `${answer.statusCode} ${answer.headers["retry-after"] ?? ""}`.trim();
    };
    const answers = await Promise.all(Array.from({ length: 10 }, change));
    expect(answers.sort()).toEqual([...Array(6).fill("422"), ...Array(4).fill("429 2")]);
    expect((await signIn()).answer.statusCode).toBe(429);
  });

  it("is not there to change for who signed in with a key", async () => {
    const { signIn, who, ask } = await setup();
    const { cookie } = await signIn({ key: ADMIN_KEY });
    const { csrf } = await who(cookie);
    const payload = { old: PASSWORD, password: "staple of the battery" };
    const answer = await ask({ method: "PUT", url: "/v1/session/password", payload, cookie, csrf });
    expect([answer.statusCode, answer.json().code]).toEqual([422, "invalid_password"]);
  });

  it("is the same in any form of Unicode", async () => {
    const { sql, signIn } = await setup();
    await createUser(sql, BY, { name: "Zoë", role: "viewer", password: "cafe\u0301 au lait, bitte" });
    expect((await signIn({ user: "Zoë", password: "caf\u00e9 au lait, bitte" })).answer.statusCode).toBe(204);
  });

  it("and its name are taken once, also by a key", async () => {
    const { sql, url } = await setup();
    expect(await createUser(sql, BY, { name: "Vera", role: "admin" })).toBeNull();
    expect(await createKey(sql, BY, "Vera", "admin")).toBeNull();
    await createKey(sql, BY, "Till", "viewer");
    expect(await createUser(sql, BY, { name: "Till", role: "viewer" })).toBeNull();
    expect(await createUser(sql, BY, { name: "Ida", role: "viewer" })).toEqual({
      token: expect.stringMatching(/^[\w-]{43}$/),
    });
    // Also at the same moment: each waits for the other's end before it looks.
    const release = await lockTable(url, "audit");
    const both = Promise.all([
      createUser(sql, BY, { name: "Bo", role: "viewer" }),
      createKey(sql, BY, "Bo", "viewer"),
      createUser(sql, BY, { name: "Bo", role: "admin" }),
      createKey(sql, BY, "Bo", "admin"),
    ]);
    const stuck = () =>
      sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await eventually("all four wait", stuck, (locks) => locks.length === 4);
    await release();
    expect((await both).filter((made) => made !== null)).toHaveLength(1);
  });
});

describe("the link to set a password", () => {
  const NEXT = "staple of the battery";
  const linked = async () => {
    const setting = await setup();
    const made = await createUser(setting.sql, BY, { name: "<Ida>", role: "viewer" });
    const link = `/v1/welcome/${made?.token}`;
    return { ...setting, link, open: () => setting.app.inject(link) };
  };

  it("asks first and changes nothing, then sets the password once", async () => {
    const { link, open, submit, signIn, sql, lines } = await linked();
    expect((await signIn({ user: "<Ida>", password: NEXT })).answer.statusCode).toBe(401);
    for (const page of [await open(), await open()]) {
      expect([page.statusCode, page.headers["cache-control"]]).toEqual([200, "no-store"]);
      expect(page.headers["referrer-policy"]).toBe("no-referrer");
      expect(page.body).toContain("&#60;Ida&#62;");
    }
    const refused = await submit(link, "short");
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain("Not taken: a password has at least 12 characters.");
    const done = await submit(link, NEXT);
    expect([done.statusCode, done.body.includes("can sign in")]).toEqual([200, true]);
    expect((await signIn({ user: "<Ida>", password: NEXT })).answer.statusCode).toBe(204);
    expect([(await open()).statusCode, (await submit(link, "another of the battery")).statusCode]).toEqual([404, 404]);
    const token = link.split("/").at(-1) ?? "";
    expect(JSON.stringify(await sql`select * from users`) + lines.join("")).not.toContain(token);
    const trail = await sql`select who, action from audit where subject = '<Ida>' order by id`;
    expect(trail).toEqual([
      { who: "test", action: "user.create" },
      { who: "<Ida>", action: "user.password" },
    ]);
  });

  it("lets one of many at once set it", async () => {
    const { link, submit } = await linked();
    const codes = await Promise.all(
      Array.from({ length: 5 }, async (_, n) => (await submit(link, `${NEXT} ${n}`)).statusCode),
    );
    expect(codes.sort()).toEqual([200, 404, 404, 404, 404]);
  });

  it("ends after three days, with a newer link, with a password, and when the person is disabled", async () => {
    const { link, open, setNow, sql, app } = await linked();
    await setNow(T0 + 3 * DAY + SECOND);
    expect((await open()).statusCode).toBe(404);
    await setNow(T0);
    expect((await open()).statusCode).toBe(200);
    const newer = await renewPassword(sql, BY, "<Ida>");
    expect((await open()).statusCode).toBe(404);
    const other = `/v1/welcome/${newer?.token}`;
    expect((await app.inject(other)).statusCode).toBe(200);
    await renewPassword(sql, BY, "<Ida>", PASSWORD);
    expect((await app.inject(other)).statusCode).toBe(404);
    const last = await renewPassword(sql, BY, "<Ida>");
    await disableUser(sql, BY, "<Ida>");
    expect((await app.inject(`/v1/welcome/${last?.token}`)).statusCode).toBe(404);
    expect((await app.inject(`${link}x`)).statusCode).toBe(404);
  });

  it("asks for patience when too many passwords are looked at", async () => {
    const nameOf = () => Promise.reject(new Error("the link is looked up once more"));
    const links = { nameOf, set: async () => ({ kind: "busy" }) as const };
    const { app } = stubServer({ links });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const page = await app.inject({ method: "POST", url: "/v1/welcome/t", headers, payload: `password=${NEXT}` });
    expect([page.statusCode, page.headers["retry-after"], page.body.includes("try again")]).toEqual([503, "2", true]);
  });

  it("begins with the public address, or that on which the service listens", () => {
    const at = (publicUrl: string | null, host: string) => linkOf({ publicUrl, host, port: 8025 }, "t");
    expect(at("https://dunlin.example/", "0.0.0.0")).toBe("https://dunlin.example/v1/welcome/t");
    expect(at(null, "0.0.0.0")).toBe("http://127.0.0.1:8025/v1/welcome/t");
    expect(at(null, "::1")).toBe("http://[::1]:8025/v1/welcome/t");
  });
});

describe("the command users", () => {
  it("adds people, lists them, gives them new passwords and disables them", async () => {
    const { url, signIn, submit, sql } = await setup();
    const loaded = loadConfig({ DATABASE_URL: url, DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64") }, "/");
    if (!loaded.ok) throw new Error(loaded.faults.join("\n"));
    const { config } = loaded;
    const run = async (command: (context: CommandContext) => Promise<void>) => {
      const out: string[] = [];
      const note: string[] = [];
      const context = {
        config,
        log: pino({ level: "silent" }),
        out: (text: string) => void out.push(text),
        note: (text: string) => void note.push(text),
      };
      const failed = await command(context).then(
        () => null,
        (error: Error) => error.message,
      );
      return { out: out.join("\n"), note: note.join("\n"), failed };
    };
    const create = (name: string, password?: string) =>
      run((context) => createUserCommand(context, { name, role: "viewer", password }));
    const made = await create("Ida");
    expect(made.note).toBe("Ida sets a password with this link, once, within 3 days, and can then sign in as viewer:");
    expect(made.out).toMatch(/^http:\/\/127\.0\.0\.1:8025\/v1\/welcome\/[\w-]{43}$/);
    const set = (link: string, password: string) => submit(new URL(link).pathname, password);
    expect((await set(made.out, PASSWORD)).statusCode).toBe(200);
    expect((await signIn({ user: "Ida", password: PASSWORD })).answer.statusCode).toBe(204);
    expect((await create("Ida")).failed).toContain("the name Ida is taken");
    expect((await create("Bo", "short")).failed).toBe(
      "the password is not taken: a password has at least 12 characters",
    );
    expect((await create("Bo", PASSWORD)).out).toBe("Bo can sign in as viewer.");

    const changed = await run((context) => passwordCommand(context, "Ida"));
    expect((await signIn({ user: "Ida", password: PASSWORD })).answer.statusCode).toBe(401);
    expect((await set(changed.out, "staple of the battery")).statusCode).toBe(200);
    expect((await signIn({ user: "Ida", password: "staple of the battery" })).answer.statusCode).toBe(204);
    expect((await run((context) => passwordCommand(context, "Ida", PASSWORD))).out).toContain("is changed");
    expect((await signIn({ user: "Ida", password: PASSWORD })).answer.statusCode).toBe(204);
    expect((await run((context) => passwordCommand(context, "Nobody"))).failed).toContain("there is no person Nobody");
    expect((await run((context) => disableUserCommand(context, "Ida"))).out).toContain("can sign in no longer");
    expect((await run((context) => disableUserCommand(context, "Ida"))).failed).toContain("there is no person Ida");
    const table = (await run((context) => listUsersCommand(context, {}))).out;
    expect(table).toMatch(/Vera +operator.*\nIda +viewer.*\nBo +viewer/);
    expect(table).not.toContain("argon2");
    await sql`delete from users`;
    expect((await run((context) => listUsersCommand(context, {}))).note).toContain("nobody yet");
  });
});
