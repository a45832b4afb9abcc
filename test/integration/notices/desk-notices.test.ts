/** Notices of tasks that nobody claims and of promises that are due: once, by shop, without a name or a number. */
import { expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../src/core/values/duration.ts";
import { claim, release } from "../../../src/followup/desk/claims.ts";
import { recordOutcome } from "../../../src/followup/desk/results.ts";
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
        select matter, text, count from notices where matter in ('tasks_unclaimed', 'promises_due') order by matter`;
      return rows.map(({ matter, text, count }) => `${count} ${matter}: ${text}`);
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

it("tells of promises that are due in 5 minutes, while their orders are unpaid", async () => {
  const { deps, dear, receive, at, watch, notices, taskOf } = await desk();
  const promise = async (n: number, promiseAt: number) => {
    await dear(n, 0);
    const id = await taskOf(`o${n}`);
    await claim(deps, VERA, id);
    expect(
      await recordOutcome(deps, VERA, id, { outcome: "will_pay", reason: null, note: null, promiseAt, againAt: null }),
    ).toEqual({ kind: "changed" });
  };
  await promise(1, T0 + HOUR);
  await promise(2, T0 + HOUR);
  await promise(3, T0 + HOUR + MINUTE);
  await receive(
    receivedEvent("p2", "order.paid", T0 + MINUTE, {
      id: "o2",
      buyer: { id: "b2" },
      paidAt: new Date(T0 + MINUTE).toISOString(),
    }),
  );
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
