/** Notices of tasks that nobody claims and of promises that are due: once, by shop, without a name or a number. */
import { expect, it } from "vitest";
import type { Notifier } from "../../../src/core/seams/notifier.ts";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { claim, release } from "../../../src/followup/desk/claims.ts";
import { recordOutcome } from "../../../src/followup/desk/results.ts";
import { deliverNotices } from "../../../src/notices/deliver.ts";
import { watchForMatters } from "../../../src/notices/watch.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";

const VERA = { who: "vera", via: "http" } as const;

async function desk() {
  const manual = { amountAtLeast: "100", handBackAfter: null };
  const setup = await dispatchSetup({ campaign: { manual }, otherShops: ["other"] });
  const { sql } = setup.database;
  await setup.at(T0);
  const deps = {
    ...{ sql, vault: setup.vault, zoneOf: () => "Asia/Shanghai" },
    campaignOf: () => ({ minLead: 2 * MINUTE, manual }),
  };
  const written = (at: number) => `T+${(at - T0) / MINUTE}`;
  return {
    ...setup,
    sql,
    deps,
    watch: (receivers = ["ops"]) => watchForMatters({ sql, receivers, channels: ["sms"], written }),
    dear: (n: number, minutes: number, shop = "acme") =>
      setup.receive({
        ...receivedEvent(`e${n}`, "order.created", T0 + minutes * MINUTE, {
          ...{ id: `o${n}`, amount: "150.00", buyer: { id: `b${n}`, phone: `+86138${String(n).padStart(8, "0")}` } },
        }),
        shop,
      }),
    taskOf: async (order: string) => {
      const [row] = await sql<{ id: string }[]>`
        select t.id from tasks t join orders o on o.shop_id = t.shop_id and o.case_id = t.case_id where o.id = ${order} and t.ended_at is null`;
      return row?.id ?? "";
    },
    notices: async () => {
      const rows = await sql<{ matter: string; text: string; count: number }[]>`
        select matter, text, count from notices where matter ~ '^(tasks_unclaimed|promises_due)' order by matter`;
      return rows.map(({ matter, text, count }) => `${count} ${matter.split(":")[0]}: ${text}`);
    },
  };
}

it("tells of tasks that nobody has claimed for 5 minutes, by shop, and of each once", async () => {
  const { deps, dear, at, watch, notices, taskOf } = await desk();
  await dear(1, 0);
  await dear(2, 0);
  await claim(deps, VERA, await taskOf("o2"));
  await at(T0 + MINUTE);
  await dear(3, 1, "other");
  await at(T0 + 5 * MINUTE - 1);
  expect(await watch()).toBe(0);
  await at(T0 + 6 * MINUTE);
  // Several processes look at once.
  await Promise.all([watch(), watch(), watch()]);
  const text =
    "nobody has claimed 2 tasks for 5 minutes and more: acme 1, other 1. Claim them on the page Follow-up of the console, or: dunlin desk";
  expect(await notices()).toEqual([`1 tasks_unclaimed: ${text}`]);
  // Somebody claims the later one and lets it go: neither is news.
  await dear(4, 6);
  await claim(deps, VERA, await taskOf("o3"));
  await at(T0 + 8 * MINUTE);
  expect(await watch()).toBe(0);
  await release(deps, VERA, await taskOf("o3"));
  await at(T0 + 9 * MINUTE);
  expect(await watch()).toBe(0);
  // A later task is.
  await at(T0 + 11 * MINUTE);
  expect(await watch()).toBe(1);
  expect(await notices()).toEqual([
    `2 tasks_unclaimed: ${text.replace("2 tasks", "3 tasks").replace("acme 1", "acme 2")}`,
  ]);
});

it("does not tell of a task that is to be done later, before it is", async () => {
  const { deps, dear, at, watch, taskOf } = await desk();
  await dear(1, 0);
  const id = await taskOf("o1");
  await claim(deps, VERA, id);
  const againAt = T0 + HOUR;
  await recordOutcome(deps, VERA, id, { outcome: "not_reached", reason: null, note: null, promiseAt: null, againAt });
  await at(againAt + 4 * MINUTE);
  expect(await watch()).toBe(0);
  await at(againAt + 5 * MINUTE);
  expect(await watch()).toBe(1);
});

async function promises() {
  const setup = await desk();
  const { deps, dear, receive, taskOf, sql } = setup;
  return {
    ...setup,
    promise: async (n: number, promiseAt: number, shop = "acme") => {
      await dear(n, 0, shop);
      const id = await taskOf(`o${n}`);
      await claim(deps, VERA, id);
      const outcome = { outcome: "will_pay", reason: null, note: null, promiseAt, againAt: null } as const;
      expect(await recordOutcome(deps, VERA, id, outcome)).toEqual({ kind: "changed" });
    },
    pay: (n: number, at: number) =>
      receive(
        receivedEvent(`p${n}`, "order.paid", at, {
          id: `o${n}`,
          buyer: { id: `b${n}` },
          paidAt: new Date(at).toISOString(),
        }),
      ),
    /** Posts what is due now. */
    posted: async () => {
      const texts: string[] = [];
      const post: Notifier["post"] = async ({ text }) => {
        texts.push(text.replace(/^Dunlin: (.*)\. Look at them: dunlin desk promises$/, "$1"));
        return { kind: "accepted", messageId: null, segments: null };
      };
      const notifier: Notifier = { name: "ops", provider: "webhook", post, close: async () => {} };
      const log = { warn: () => {} };
      await deliverNotices({ sql, notifiers: new Map([["ops", notifier]]), written: String, log });
      return texts;
    },
  };
}

it("tells of promises that are due in 5 minutes, while their orders are unpaid", async () => {
  const { promise, pay, at, watch, notices } = await promises();
  await promise(1, T0 + HOUR);
  await promise(2, T0 + HOUR);
  await promise(3, T0 + HOUR + MINUTE);
  await pay(2, T0 + MINUTE);
  await at(T0 + 55 * MINUTE - 1);
  expect(await watch()).toBe(0);
  await at(T0 + 55 * MINUTE);
  expect(await watch()).toBe(1);
  expect(await watch()).toBe(0);
  expect(await notices()).toEqual([
    "1 promises_due: 1 promise to pay, due until T+60, and still unpaid: acme 1. Look at them: dunlin desk promises",
  ]);
  await at(T0 + 2 * HOUR);
  expect(await watch()).toBe(0);
});

it("tells of each promise in time, also within the hour of another one's notice, and of each once", async () => {
  const { promise, at, watch, posted, sql } = await promises();
  await promise(1, T0 + 60 * MINUTE);
  await promise(2, T0 + 60 * MINUTE, "other");
  await promise(3, T0 + 63 * MINUTE);
  await at(T0 + 55 * MINUTE);
  // Several processes look at once.
  expect((await Promise.all([watch(), watch(), watch()])).reduce((sum, n) => sum + n, 0)).toBe(1);
  expect(await posted()).toEqual(["2 promises to pay, due until T+60, and still unpaid: acme 1, other 1"]);
  await at(T0 + 58 * MINUTE);
  await watch();
  expect(await posted()).toEqual(["1 promise to pay, due until T+63, and still unpaid: acme 1"]);
  // Somebody promises now for a time before that.
  await promise(4, T0 + 62 * MINUTE);
  await at(T0 + 59 * MINUTE);
  await watch();
  expect(await posted()).toEqual(["1 promise to pay, due until T+62, and still unpaid: acme 1"]);
  for (const minutes of [60, 61, 62, 63]) {
    await at(T0 + minutes * MINUTE);
    expect([await watch(), await posted()]).toEqual([0, []]);
  }
  // Their rows are few: nobody needs them after an hour.
  await at(T0 + 3 * HOUR);
  await posted();
  expect(await sql`select matter from notices where matter like 'promises_due%'`).toEqual([]);
});

it("leaves a promise that a payment is just judging to the next look", async () => {
  const { promise, at, watch, posted, sql } = await promises();
  await promise(1, T0 + HOUR);
  await promise(2, T0 + HOUR);
  await at(T0 + 55 * MINUTE);
  await sql.begin(async (tx) => {
    await tx`select from promises p where 'o1' = any(p.orders) for update`;
    expect(await watch()).toBe(1);
  });
  expect(await posted()).toEqual(["1 promise to pay, due until T+60, and still unpaid: acme 1"]);
  await at(T0 + 56 * MINUTE);
  expect(await watch()).toBe(1);
});
