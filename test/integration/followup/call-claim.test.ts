/** A call is done with the transaction of its claim: its task, its accepted delivery and its sent reminder are written there, once. */
import { expect, it } from "vitest";
import { MINUTE } from "../../../src/core/values/duration.ts";
import { keepSums, rebuildSums } from "../../../src/reporting/report/sums.ts";
import { calls } from "../../support/calls.ts";
import { receivedEvent } from "../../support/dispatch.ts";
import { inProcessChannel } from "../../support/in-process-channel.ts";
import { afterCreated, T0 } from "../../support/rules.ts";

const REFUSED = { kind: "failed-permanent", code: "blocked", message: "blocked" } as const;

it("writes its reminder and its delivery once, and leaves no lease", async () => {
  const { receive, at, drain, sql, rows, ledger } = await calls();
  await receive(receivedEvent("e1", "order.created", T0));
  await at(T0 + 10 * MINUTE);
  await sql`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'written twice'; end $$`;
  await sql`create trigger once before update on deliveries for each row execute function refuse()`;
  await sql`
    create trigger once before update on reminders for each row when (old.state <> 'planned') execute function refuse()`;
  await drain();
  expect(await rows()).toEqual(["10 sent nudge", "1410 planned last-call"]);
  expect(await ledger()).toEqual([{ channel: "call", state: "accepted", finished: true }]);
  expect(await sql`select id from leases`).toEqual([]);
});

it("is sent when it takes over from a message that was refused", async () => {
  const { receive, at, drain, use, sql } = await calls({
    campaign: { steps: [afterCreated("nudge", 10 * MINUTE, ["sms"])] },
  });
  use(inProcessChannel({ name: "sms", contacts: ["phone"], fallback: "call" }, () => REFUSED));
  await receive(receivedEvent("e1", "order.created", T0));
  await at(T0 + 10 * MINUTE);
  await drain();
  await drain();
  expect(await sql`select state, reason, retry_at, retry_channel from reminders`).toEqual([
    { state: "sent", reason: null, retry_at: null, retry_channel: null },
  ]);
  expect(await sql`select channel, attempt, state from deliveries order by channel`).toEqual([
    { channel: "call", attempt: 1, state: "accepted" },
    { channel: "sms", attempt: 1, state: "failed-permanent" },
  ]);
});

it("counts in the sums of reports as in the rows", async () => {
  const { receive, at, drain, sql } = await calls();
  const sums = { sql, zoneOf: () => "Asia/Shanghai" };
  const figures = () => sql`
    select step, sum(sent)::int as sent, sum(reminded)::int as reminded, sum(segments)::int as segments
    from report_hours group by step order by step`;
  await receive(receivedEvent("e1", "order.created", T0));
  await keepSums(sums);
  await at(T0 + 10 * MINUTE);
  await drain();
  await keepSums(sums);
  const kept = await figures();
  expect(kept).toContainEqual({ step: "nudge", sent: 1, reminded: 1, segments: 1 });
  await rebuildSums(sums);
  expect(await figures()).toEqual(kept);
});

it("leaves neither task nor delivery nor sent reminder when it dies before the commit, and is made once after that", async () => {
  const { receive, at, drain, sql, rows, ledger } = await calls();
  await receive(receivedEvent("e1", "order.created", T0));
  await at(T0 + 10 * MINUTE);
  const made = async () => (await sql`select from tasks where kind = 'call'`).length;
  // The last statements are done; the connection ends at the commit, as with a process that is killed there.
  await sql`
    create function die() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$`;
  await sql`create constraint trigger dies after insert on deliveries deferrable initially deferred for each row execute function die()`;
  await drain().catch(() => 0);
  expect(await rows()).toEqual(["10 planned nudge", "1410 planned last-call"]);
  expect([await made(), await ledger()]).toEqual([0, []]);
  await sql`drop trigger dies on deliveries`;
  await drain();
  await drain();
  expect(await rows()).toEqual(["10 sent nudge", "1410 planned last-call"]);
  expect([await made(), await ledger()]).toEqual([1, [{ channel: "call", state: "accepted", finished: true }]]);
});
