/** A worker that stands still between claim and send, as in a frozen container or a long collection of garbage. */
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Sql } from "../../src/db/client.ts";
import { eventually } from "../support/eventually.ts";
import { audit, isOver, ledger, NO_FAULTS } from "../support/service/ledger.ts";
import { rig } from "../support/service/rig.ts";
import { orders, postAll } from "../support/service/shop.ts";

const WORKER = ["worker", "--roles", "dispatch,upkeep"];
/**
 * A process looks at the clock right before it writes a request. Stopped in the microseconds between the two, it writes that one message when it
 * goes on; no process can see that. It writes one message at a time, so it is one at most.
 */
const WRITTEN_ACROSS_A_STOP = 1;

/** The statements that a stopped process had begun are over, or wait for the process itself: only then do counts stay as they are. */
const isAtRest = (sql: Sql) =>
  eventually(
    "the statements of the stopped process are over",
    () =>
      sql<{ pid: number }[]>`select pid from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and state = 'active'
          and wait_event_type is distinct from 'Client'`,
    (busy) => busy.length === 0,
  );

describe.concurrent("SIGSTOP between claim and send", () => {
  it("for longer than the lease: others give its claims up, and it sends none of them twice or late", async (context) => {
    const service = await rig(context, { queue: "postgres", ratePerSecond: 60, timeout: "1s" });
    const [api, frozen] = await Promise.all([service.up(["api"]), service.up(WORKER)]);
    const closesAt = Date.now() + 30_000;
    // Half of them close while it stands still.
    await postAll(api.url, [
      ...orders(60, "open", Date.now() + 2_000),
      ...orders(60, "shut", Date.now() + 2_000, { closesAt }),
    ]);
    await eventually(
      "it holds claims",
      () => ledger(service.sql),
      ({ deliveries }) => (deliveries.claimed ?? 0) >= 20,
    );
    frozen.signal("SIGSTOP");
    const frozenAt = performance.now();
    await isAtRest(service.sql);
    const { deliveries } = await ledger(service.sql);
    const held = deliveries.claimed ?? 0;
    expect(held).toBeGreaterThan(0);
    await service.up(WORKER);
    const given = await eventually(
      "another gave them up",
      () => ledger(service.sql),
      ({ deliveries: now }) => now.claimed === undefined,
    );
    const frozenMs = performance.now() - frozenAt;
    expect(given.deliveries.unknown).toBe(held);
    frozen.signal("SIGCONT");
    await pause(1_500);
    const end = await eventually("all is over", () => ledger(service.sql), isOver);
    frozen.signal("SIGTERM");
    expect(await frozen.ended).toEqual({ code: 0, signal: null });
    const { taken, faults } = await audit(service);
    const log = service.provider.log;
    const late = log.filter((entry) => entry.orders.some((id) => id.startsWith("shut")) && entry.at > closesAt);
    console.log(
      `SIGSTOP for ${Math.round(frozenMs)} ms: ${held} claims held, ${JSON.stringify(end.reminders)}, ${taken} taken`,
    );
    expect(faults).toEqual(NO_FAULTS);
    expect(late.slice(WRITTEN_ACROSS_A_STOP)).toEqual([]);
    expect(Object.values(end.reminders).reduce((sum, n) => sum + n, 0)).toBe(120);
    // It knows what it did not send: of that nothing stays unknown, and what is still open goes out.
    expect(end.deliveries["failed-transient"]).toBeGreaterThan(0);
  });

  it("for less than the lease, but past the close: what it held is not sent any more", async (context) => {
    const service = await rig(context, { queue: "postgres", ratePerSecond: 40, timeout: "2s" });
    const [api, frozen] = await Promise.all([service.up(["api"]), service.up(WORKER)]);
    const dueAt = Date.now() + 2_500;
    const closesAt = dueAt + 6_000;
    await postAll(api.url, orders(100, "s", dueAt, { closesAt }));
    await eventually(
      "it holds claims",
      () => ledger(service.sql),
      ({ deliveries }) => (deliveries.claimed ?? 0) >= 10,
    );
    frozen.signal("SIGSTOP");
    await isAtRest(service.sql);
    const held = (await ledger(service.sql)).deliveries.claimed ?? 0;
    expect(held).toBeGreaterThan(0);
    await pause(closesAt + 500 - Date.now());
    frozen.signal("SIGCONT");
    const end = await eventually("all is over", () => ledger(service.sql), isOver);
    const log = service.provider.log;
    console.log(`SIGSTOP past the close: ${held} claims held, ${JSON.stringify(end.reminders)}`);
    expect(log.filter(({ at }) => at > closesAt).slice(WRITTEN_ACROSS_A_STOP)).toEqual([]);
    expect((await audit(service)).faults).toEqual(NO_FAULTS);
    expect(Object.values(end.reminders).reduce((sum, n) => sum + n, 0)).toBe(100);
  });
});
