import { describe, expect, it } from "vitest";
import { MINUTE } from "../../../src/core/values/duration.ts";
import { suppress } from "../../../src/followup/suppress.ts";
import { ALICE } from "../../support/campaigns.ts";
import { receivedEvent, T0 } from "../../support/dispatch.ts";
import { receiptSetup } from "../../support/receipts.ts";

const PHONE = "+8613812345678";
const at = (minutes: number) => new Date(T0 + minutes * MINUTE).toISOString();
const reply = (text: string, minutes = 5, change: object = {}) => ({
  type: "reply",
  from: PHONE,
  text,
  at: at(minutes),
  ...change,
});

const phoneOf = (n: number) => (n === 0 ? PHONE : `+8613800000${String(n).padStart(3, "0")}`);

/** `buyers`: each has an order of its own. */
async function planned(buyers = 1) {
  const setup = await receiptSetup({ campaign: { quietHours: "off" } });
  await setup.at(T0);
  await setup.receive(receivedEvent("e1", "order.created", T0));
  for (let n = 1; n < buyers; n++) {
    const buyer = { id: `buyer-${n}`, phone: phoneOf(n) };
    await setup.receive(receivedEvent(`more-${n}`, "order.created", T0, { id: `more-${n}`, buyer }));
  }
  await setup.at(T0 + 6 * MINUTE);
  const { sql } = setup.database;
  return {
    ...setup,
    suppressed: () => sql<{ reason: string; source: string }[]>`select reason, source from suppressions`,
    due: async () => {
      await setup.at(T0 + 10 * MINUTE);
      await setup.drain();
      return setup.sent.length;
    },
  };
}

describe("a reply", () => {
  it("with a word for it opts the address out, and nothing more is sent", async () => {
    const words = ["stop", "ＳＴＯＰ", "Unsubscribe", " td ", "退订", "拒收", "T", "r", "Stop!", "BAJA"];
    const { post, suppressed, due, reminders } = await planned(words.length);
    for (const [n, text] of words.entries()) {
      expect((await post("sms", reply(text, 5, { from: phoneOf(n) }))).body, text).toEqual({
        matched: 1,
        unmatched: 0,
      });
      expect(await suppressed(), text).toEqual(Array(n + 1).fill({ reason: "opt_out", source: "sms" }));
    }
    expect(await due()).toBe(0);
    expect((await reminders()).slice(0, words.length).map(({ reason }) => reason)).toEqual(
      words.map(() => "suppressed"),
    );
  });

  it("with another text changes nothing", async () => {
    const texts = ["please stop", "stop it", "no", "I paid", "TDD", ""];
    const { post, suppressed, due } = await planned(texts.length);
    for (const [n, text] of texts.entries()) {
      await post("sms", reply(text, 5, { from: phoneOf(n) }));
      expect(await suppressed(), text).toEqual([]);
    }
    expect(await due()).toBe(texts.length);
  });

  it("with a word to begin again lifts what a reply made", async () => {
    const words = ["START", "alta", "恢复"];
    const { post, suppressed, due } = await planned(words.length);
    for (const [n, text] of words.entries()) {
      const from = { from: phoneOf(n) };
      await post("sms", [reply("STOP", 3, from), reply(text, 4, from)]);
      expect(await suppressed(), text).toEqual([]);
      await post("sms", reply("STOP", 5, from));
      expect(await suppressed(), text).toHaveLength(1);
      await post("sms", reply(text, 6, from));
      expect(await suppressed(), text).toEqual([]);
    }
    expect(await due()).toBe(words.length);
  });

  it("does not lift what a person did", async () => {
    const { post, suppressed, deps, due } = await planned();
    await post("sms", reply("STOP", 3));
    await suppress(deps, ALICE, { shop: "acme", address: PHONE, kind: "phone" });
    await post("sms", reply("START", 5));
    expect(await suppressed()).toEqual([{ reason: "manual", source: "alice" }]);
    expect(await due()).toBe(0);
  });

  it("that comes twice, or after a later one, changes nothing", async () => {
    const { post, suppressed } = await planned();
    await post("sms", reply("START", 5));
    await post("sms", reply("STOP", 4));
    expect(await suppressed()).toEqual([]);
    await post("sms", reply("STOP", 6));
    await post("sms", reply("START", 5));
    expect(await suppressed()).toHaveLength(1);
  });

  it("of a number that no order named yet holds for every shop", async () => {
    const { post, suppressed, receive, at: setNow, drain, sent } = await planned();
    expect((await post("sms", reply("STOP", 5, { from: "139 1234 5678" }))).body).toEqual({ matched: 0, unmatched: 1 });
    expect(await suppressed()).toHaveLength(1);
    const buyer = { id: "b2", phone: "13912345678" };
    await receive(receivedEvent("e2", "order.created", T0 + 6 * MINUTE, { id: "o2", buyer }));
    await setNow(T0 + 17 * MINUTE);
    await drain();
    expect(sent.map(({ orders }) => orders)).toEqual([["o1"]]);
  });

  it("of a number that several shops know holds for each of them, and with its message for that shop alone", async () => {
    const setup = await receiptSetup({ campaign: { quietHours: "off" }, otherShops: ["beta", "gamma"] });
    const { post, receive, drain, sent, database, at: setNow } = setup;
    const order = (shop: string, phone: string) => ({
      ...receivedEvent(`e-${phone}`, "order.created", T0, { id: `o-${phone}`, buyer: { id: phone, phone } }),
      shop,
    });
    await setNow(T0);
    await receive(order("acme", PHONE), order("beta", PHONE), order("gamma", "+8613912345678"));
    await receive(order("acme", "+8613712345678"), order("beta", "+8613712345678"));
    await setNow(T0 + 6 * MINUTE);
    expect((await post("sms", reply("TD"))).body).toEqual({ matched: 1, unmatched: 0 });
    const shops = () => database.sql`select shop_id from suppressions order by shop_id`;
    expect(await shops()).toEqual([{ shop_id: "acme" }, { shop_id: "beta" }]);
    await setNow(T0 + 10 * MINUTE);
    await drain();
    expect(sent.map(({ shop }) => shop).toSorted()).toEqual(["acme", "beta", "gamma"]);
    const id = sent.find(({ shop }) => shop === "beta")?.idempotencyKey;
    await post("sms", reply("TD", 10, { from: "+8613712345678", id }));
    expect(await shops()).toEqual([{ shop_id: "acme" }, { shop_id: "beta" }, { shop_id: "beta" }]);
  });

  it("in a chat finds the handle by its kind, or by the message", async () => {
    const { post, receive, suppressed, drain, at: setNow, sent } = await planned();
    const buyer = { id: "b2", chat: { wechat: "w2" } };
    await receive(receivedEvent("e2", "order.created", T0 + 6 * MINUTE, { id: "o2", buyer }));
    await setNow(T0 + 16 * MINUTE);
    await drain();
    await setNow(T0 + 20 * MINUTE);
    const id = sent.find(({ channel }) => channel === "chat")?.idempotencyKey;
    expect((await post("chat", reply("STOP", 16, { from: undefined, id }))).body.matched).toBe(1);
    expect(await suppressed()).toHaveLength(1);
    await post("chat", reply("START", 17, { from: "w2" }));
    expect(await suppressed()).toEqual([]);
    await post("chat", reply("STOP", 18, { from: "w2", kind: "wechat" }));
    expect(await suppressed()).toHaveLength(1);
  });

  it("over WhatsApp counts for the number as handle and as phone, whichever was reported", async () => {
    const { post, receive, database } = await planned();
    const { sql } = database;
    await receive(
      receivedEvent("e2", "order.created", T0, { id: "o2", buyer: { id: "b2", chat: { whatsapp: "8613912345678" } } }),
    );
    expect((await post("whatsapp", reply("STOP", 5, { from: "+8613912345678" }))).body.matched).toBe(1);
    const kinds = await sql<{ kind: string }[]>`select kind from suppressions order by kind`;
    expect(kinds.map(({ kind }) => kind)).toEqual(["chat.whatsapp", "phone"]);
  });

  it("from an address that nobody reported counts for the buyer of the message that it answers", async () => {
    const { post, suppressed, due, sent, receive, at: setNow, drain } = await planned();
    await due();
    const id = sent[0]?.idempotencyKey;
    expect((await post("sms", reply("STOP", 11, { from: "+8613712345678", id }))).body.matched).toBe(1);
    expect(await suppressed()).toHaveLength(2);
    await receive(receivedEvent("e2", "order.created", T0 + 25 * 60 * MINUTE, { id: "o2" }));
    await setNow(T0 + 26 * 60 * MINUTE);
    await drain();
    expect(sent).toHaveLength(1);
  });

  it.each(["buyers", "audit"])(
    "opts out and stops what is planned, both or neither: the connection dies at %s",
    async (table) => {
      const { post, database, suppressed, due, reminders } = await planned();
      const { sql } = database;
      const rows = async () => [
        await suppressed(),
        await sql`select hash from wishes`,
        await sql`select touched from buyers`,
        await sql`select note from audit`,
      ];
      const before = await rows();
      await sql.unsafe(`
        create function die() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$;
        create trigger die before insert or update on ${table} for each row execute function die()`);
      expect((await post("sms", reply("STOP"))).status).toBe(503);
      expect(await rows()).toEqual(before);
      expect(before).toEqual([[], [], [{ touched: false }], []]);
      await sql.unsafe(`drop trigger die on ${table}`);
      // The provider reports it again.
      expect((await post("sms", reply("STOP"))).body).toEqual({ matched: 1, unmatched: 0 });
      expect(await suppressed()).toHaveLength(1);
      expect(await due()).toBe(0);
      expect((await reminders())[0]?.reason).toBe("suppressed");
    },
  );

  it("leaves neither its text nor the address anywhere", async () => {
    const { post, database, lines } = await planned();
    await post("sms", [reply("I paid yesterday, call +8613812345678"), reply("STOP")]);
    const tables = await database.sql<{ t: string }[]>`
      select string_agg(query_to_xml('select * from ' || quote_ident(table_name), true, true, '')::text, '') as t
      from information_schema.tables where table_schema = 'public'`;
    expect(tables[0]?.t).not.toMatch(/13812345678|yesterday/);
    expect(lines.join("")).not.toMatch(/12345678|yesterday|STOP/);
  });
});
