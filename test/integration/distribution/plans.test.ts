/**
 * Which statements a PostgreSQL that is distributed by `shop_id` can answer where the rows of their shops lie. The tables lie in pieces by its hash, two
 * shops use them, and no statement may read a third piece, but for those that are listed here with the reason.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Message, SendOutcome } from "../../../src/core/seams/channel.ts";
import { receivedEvent, T0 } from "../../support/dispatch.ts";
import { DISTRIBUTED, distribute, fill, PIECES } from "../../support/partitioned.ts";
import { receiptSetup } from "../../support/receipts.ts";
import { liveDay, SHOPS } from "../../support/shop-day.ts";

/** By words of the statement: why it reads all shops. docs/operations.md ("Distribution by shop") lists the same. */
const OVER_ALL_SHOPS: readonly (readonly [words: string, why: string])[] = [
  [
    "from buyers b where wake_at <= (select dunlin_now()) order by wake_at limit",
    "who is due: the longest due of all shops go first",
  ],
  ["from reminders where retry_at <= (select dunlin_now())", "which retries are due, likewise"],
  [
    "from buyers b where b.waits_for is not null and b.waits_for = slot.name limit 1",
    "whether anybody waits for a channel: channels belong to all shops",
  ],
  ["from n join deliveries d on d.id = n.delivery_id", "a receipt names the message and not the shop"],
  [
    "from tasks t join cases c on c.shop_id = t.shop_id and c.id = t.case_id join buyers b on b.shop_id = c.shop_id and b.id = c.buyer_id where t.id = $1",
    "a person names the task and not the shop",
  ],
  [
    "select t.id, t.kind, t.shop_id as shop",
    "a list of tasks may be that of all shops, and a person names one by its id",
  ],
  [
    "with recursive seen as ( (select shop_id from buyers",
    "a reply names an address and not the shop: it counts in each",
  ],
  [
    "NOT EXISTS (SELECT FROM tasks WHERE ended_at IS NULL)",
    "whether there is any task: nearly all changes of orders end with that",
  ],
];

const listed = (text: string) => OVER_ALL_SHOPS.find(([words]) => text.includes(words));

/** So that no part of the day is left out unseen. */
const SEEN = [
  ...[
    "insert into order_events",
    "insert into reminders",
    "insert into deliveries",
    "insert into recoveries",
    "insert into exposures",
  ],
  ...[
    "delete from contacts",
    "update deliveries d set state",
    "update deliveries d set receipt",
    "insert into suppressions",
    "insert into erasures",
  ],
  ...[
    "insert into promises",
    "update tasks set assignee",
    "update tasks set touches",
    "INSERT INTO report_changes",
    "UPDATE promises",
  ],
  ...["where o.shop_id = $1 and o.id = $2", "merged_into = "],
];

const outcomes = (): ((message: Message) => SendOutcome) => {
  let n = 0;
  const busy: SendOutcome = { kind: "failed-transient", code: "busy", message: "", retryAfterMs: null };
  return ({ idempotencyKey }) => {
    n += 1;
    return n % 4 === 0 ? busy : { kind: "accepted", messageId: `m-${idempotencyKey}`, segments: 1 };
  };
};

it("each statement of intake, dispatch, receipts, the desk and reads of an order stays with its shops, or is listed", async () => {
  const setup = await receiptSetup({ otherShops: SHOPS, ratePerSecond: 10_000, answer: outcomes() });
  const { sql } = setup.database;
  const runs = await distribute(setup.database);
  await liveDay(setup, 0);
  await fill(setup.database);
  runs.length = 0;
  await liveDay(setup, 1);
  const measured = runs.splice(0);
  const homes = await sql<{ piece: string }[]>`
    select distinct substring(tableoid::regclass::text from '[0-9]+$') as piece from buyers where shop_id = any(${SHOPS})`;
  const own = new Set(homes.map(({ piece }) => Number(piece)));
  expect(own.size).toBe(SHOPS.length);
  const texts = new Set(measured.map(({ text }) => text));
  const strayed = new Set(
    measured.filter(({ pieces }) => [...pieces].some((piece) => !own.has(piece))).map(({ text }) => text),
  );
  expect([...strayed].filter((text) => listed(text) === undefined)).toEqual([]);
  const unused = OVER_ALL_SHOPS.filter(([words]) => ![...strayed].some((text) => text.includes(words)));
  expect(unused).toEqual([]);
  expect(SEEN.filter((words) => ![...texts].some((text) => text.includes(words)))).toEqual([]);
  expect(texts.size).toBeGreaterThan(150);
});

it("a statement that does not name the shop is seen to read all pieces", async () => {
  const setup = await receiptSetup();
  const { sql } = setup.database;
  const runs = await distribute(setup.database);
  await setup.at(T0);
  await setup.receive(receivedEvent("e1", "order.created", T0));
  await fill(setup.database);
  runs.length = 0;
  await sql`select from orders where id = 'o1'`;
  await sql`select from orders where shop_id = 'acme' and id = 'o1'`;
  await sql`select from unnest(array['acme']) as n(shop_id) join orders o on o.shop_id = n.shop_id and o.id = 'o1'`;
  expect(runs.map(({ pieces }) => pieces.size)).toEqual([PIECES, 1, 1]);
});

it("the steps of the document distribute the same tables", () => {
  const text = readFileSync("docs/operations.md", "utf8");
  expect(text).toContain(`'{${DISTRIBUTED}}'::text[]`);
});
