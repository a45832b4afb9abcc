/** The texts of messages: kept encrypted, shown to readers with the key, deleted by retention. */
import { expect, it } from "vitest";
import type { SendOutcome } from "../../../src/core/seams/channel.ts";
import { DAY, HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { createVault } from "../../../src/db/vault.ts";
import { explainOrder } from "../../../src/reporting/explain.ts";
import { storyText } from "../../../src/reporting/format-explain.ts";
import { purgeTexts } from "../../../src/retention/purge-texts.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";

const outcomes: Readonly<Record<string, SendOutcome>> = {
  o1: { kind: "accepted", messageId: "m", segments: null },
  o2: { kind: "unknown", code: "timeout", message: "no answer" },
  o3: { kind: "failed-permanent", code: "1006", message: "blocked" },
};

async function sending() {
  const setup = await dispatchSetup({
    answer: ({ orders }) => outcomes[orders[0] ?? ""] ?? { kind: "accepted", messageId: "m", segments: null },
    text: () => "Dear {{buyer.name}},\nplease pay {{order.id}}",
  });
  const { at, receive, drain, database, vault } = setup;
  const order = (id: string, when: number) =>
    receive(
      receivedEvent(`e-${id}`, "order.created", when, {
        id,
        buyer: { id: `b-${id}`, name: "Zoe", phone: `+861381234${id.slice(1).padStart(4, "0")}` },
      }),
    );
  const explained = async (id: string, key: typeof vault | null = vault) => {
    const story = await explainOrder({ sql: database.sql, vault: key }, { shop: "acme", order: id });
    if (story === null) throw new Error("no story");
    const texts = story.reminders.flatMap(({ deliveries }) => deliveries.map(({ text }) => text));
    return { texts, printed: storyText(story) };
  };
  const run = async (ids: readonly string[], when: number) => {
    await at(when);
    for (const id of ids) await order(id, when);
    await at(when + 10 * MINUTE);
    await drain();
  };
  return { ...setup, run, explained };
}

it("are kept encrypted, for messages that left or may have left", async () => {
  const { run, explained, database, vault } = await sending();
  await run(["o1", "o2", "o3"], T0);
  const text = (id: string) => `Dear Zoe,\nplease pay ${id}`;
  expect((await explained("o1")).texts).toEqual([text("o1")]);
  expect((await explained("o2")).texts).toEqual([text("o2")]);
  expect((await explained("o3")).texts).toEqual([null]);
  expect((await explained("o1")).printed).toContain("        | Dear Zoe,\n        | please pay o1\n");
  // Without the key, and with another one, the story is shown without them.
  expect((await explained("o1", null)).texts).toEqual([null]);
  expect((await explained("o1", null)).printed).not.toContain("Zoe");
  expect((await explained("o1", createVault(Buffer.alloc(32, 9)))).texts).toEqual([null]);
  const rows = await database.sql<{ sealed_text: Buffer | null }[]>`select * from deliveries`;
  expect(JSON.stringify(rows)).not.toContain("Zoe");
  for (const { sealed_text } of rows) {
    expect(sealed_text?.includes("Zoe") ?? false).toBe(false);
    if (sealed_text !== null) expect(vault.open(sealed_text)).toMatch(/^Dear Zoe/);
  }
});

it("are deleted when retention says so, a chunk at a time, and the rest of the story stays", async () => {
  const { run, explained, database, at } = await sending();
  const { sql } = database;
  await run(["o1"], T0);
  await run(["o5"], T0 + 2 * HOUR);
  const sentAt = T0 + 10 * MINUTE;
  await at(sentAt + DAY);
  expect(await purgeTexts(sql, DAY)).toBe(0);
  expect((await explained("o1")).texts[0]).toContain("pay o1");
  await at(sentAt + DAY + 1);
  expect(await purgeTexts(sql, DAY)).toBe(1);
  expect((await explained("o1")).texts).toEqual([null]);
  expect((await explained("o1")).printed).toMatch(/attempt 1: accepted/);
  expect((await explained("o5")).texts[0]).toContain("pay o5");
  // It goes on where it ended.
  expect(await purgeTexts(sql, DAY)).toBe(0);
  await at(sentAt + DAY + 3 * HOUR);
  expect(await purgeTexts(sql, DAY)).toBe(1);
  // More than a run has time for: a chunk at a time, oldest first.
  await sql`
    insert into deliveries (shop_id, id, reminder_id, channel, attempt, state, claimed_at, lease_until, sealed_text)
    select 'acme', ('ffffffff-ffff-ffff-ffff-ffff' || lpad(to_hex(n), 8, '0'))::uuid, gen_random_uuid(), 'sms', 1, 'failed-permanent',
      ${new Date(T0)}::timestamptz, ${new Date(T0)}, '\x01' from generate_series(1, 10500) n`;
  const left = async () => {
    const [row] = await sql<{ n: number }[]>`select count(*)::int4 as n from deliveries where sealed_text is not null`;
    return row?.n;
  };
  expect([await purgeTexts(sql, DAY, 0), await left()]).toEqual([1_000, 9_500]);
  expect([await purgeTexts(sql, DAY), await left()]).toEqual([9_500, 0]);
  expect(await purgeTexts(sql, DAY)).toBe(0);
});
