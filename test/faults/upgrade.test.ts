/** The release before and this version on one database: the schema is migrated under load, and old and new processes share the work. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { knownMigrations, readMigration } from "../../src/db/migrations/files.ts";
import { eventually } from "../support/eventually.ts";
import { audit, isOver, ledger, NO_FAULTS } from "../support/service/ledger.ts";
import type { Program } from "../support/service/program.ts";
import { QUEUES } from "../support/service/redis.ts";
import { releaseBefore } from "../support/service/release-before.ts";
import { type Rig, rig } from "../support/service/rig.ts";
import { created, paid, post } from "../support/service/shop.ts";

const CLEAN = { code: 0, signal: null };
const EVERY_MS = 60;

/** Two orders in each turn, one of which is paid by another process before its reminder is due. An API that ends refuses; then another one takes it. */
function startLoad(apis: () => readonly Program[]) {
  const kept: string[] = [];
  const paidInTime: string[] = [];
  let halted = false;
  const give = async (n: number, events: readonly unknown[]) => {
    for (let turn = n; ; turn++) {
      const up = apis();
      const api = up[turn % up.length];
      const { status } = api === undefined ? { status: 0 } : await post(api.url, events);
      if (status === 202) return;
      if (status !== 0 && status !== 503) throw new Error(`posted: ${status}`);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  };
  const running = (async () => {
    for (let n = 0; !halted; n++) {
      const at = Date.now() - 8_000;
      await give(n, [created(`k${n}`, at), created(`p${n}`, at)]);
      await give(n + 1, [paid(`p${n}`, Date.now())]);
      kept.push(`k${n}`);
      paidInTime.push(`p${n}`);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  })();
  return {
    kept,
    paidInTime,
    halt: async () => {
      halted = true;
      await running;
    },
  };
}

/** A counter of the process, over all its labels. */
async function counted({ url }: Program, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

/** Warnings and errors of a process since it is up: before, it may lack the console, which is not packed. */
function complaints(program: Program): string[] {
  const lines = program.out().split("\n");
  const since = lines.findIndex((line) => line.includes('"Dunlin is up"'));
  return lines
    .slice(since)
    .filter((line) => line.startsWith("{") && Number(JSON.parse(line).level) >= 40)
    .map((line) => {
      const { msg, reason, error, err } = JSON.parse(line);
      return `${msg}: ${reason ?? error ?? err?.message}`;
    });
}

/** The database as the release before makes it. */
async function onOldSchema(service: Rig, main: string): Promise<void> {
  await service.sql.unsafe("drop schema public, drizzle, bullmq cascade; create schema public");
  const migrated = service.run(["migrate"], {}, main);
  expect(await migrated.ended, migrated.err()).toEqual(CLEAN);
}

it("the release before lacks migrations of this version, and all of these expand", (context) => {
  const { journal } = releaseBefore(context);
  const { entries } = JSON.parse(readFileSync(journal, "utf8")) as { entries: { tag: string }[] };
  const before = new Set(entries.map(({ tag }) => tag));
  const later = knownMigrations().filter(({ name }) => !before.has(name));
  expect(later.length).toBeGreaterThan(0);
  // After one that contracts the release of that version becomes the one before: node scripts/release-before.mjs
  expect(later.filter((each) => readMigration(each).kind !== "expands").map(({ name }) => name)).toEqual([]);
});

describe.each(QUEUES)("queue on $queue", ({ queue, runs }) => {
  it.runIf(runs)(
    "the schema is migrated under load, old and new processes work side by side, and nothing is lost or sent twice",
    async (context) => {
      const { main } = releaseBefore(context);
      const service = await rig(context, { queue });
      await onOldSchema(service, main);
      // Few processes: each has a score of connections, and a server has 100.
      const old = [await service.up(["start"], {}, main)];
      let serving: readonly Program[] = old;
      const load = startLoad(() => serving);
      const taken = (more: number) => {
        const from = service.provider.taken();
        return eventually(
          "messages go out",
          () => service.provider.taken() - from,
          (n) => n >= more,
        );
      };
      await taken(20);

      const check = service.run(["migrate", "--check"]);
      expect(await check.ended, check.err()).toEqual({ code: 3, signal: null });
      expect(check.out()).not.toContain("contracts");
      const migrated = service.run(["migrate"]);
      expect(await migrated.ended, migrated.err()).toEqual(CLEAN);
      await taken(20);

      const young = [await service.up(["start"])];
      const again = await service.up(["start"], {}, main);
      serving = [...old, ...young, again];
      for (const each of serving)
        await eventually(
          "each process takes events in and sends",
          async () =>
            Math.min(await counted(each, "dunlin_intake_events_total"), await counted(each, "dunlin_claims_total")),
          (n) => n > 0,
        );

      serving = young;
      for (const each of [...old, again]) each.signal("SIGTERM");
      expect(await Promise.all([...old, again].map(({ ended }) => ended))).toEqual([CLEAN, CLEAN]);
      await taken(20);
      await load.halt();
      await eventually("all is decided", () => ledger(service.sql), isOver);
      const end = await ledger(service.sql);
      const { faults, taken: all } = await audit(service);
      console.log(`upgrade (${queue}): ${all} taken of ${load.kept.length}, ${JSON.stringify(end.reminders)}`);
      expect(faults).toEqual(NO_FAULTS);
      const named = new Set(service.provider.log.flatMap((entry) => (entry.taken ? entry.orders : [])));
      expect(load.kept.filter((id) => !named.has(id))).toEqual([]);
      expect(load.paidInTime.filter((id) => named.has(id))).toEqual([]);
      expect(end.deliveries).toEqual({ accepted: load.kept.length });
      expect([...old, ...young, again].flatMap(complaints)).toEqual([]);
    },
  );
});
