/** A simulation under way, its processes, and the transactions in which they work. */
import type { BuyerPolicy } from "../../../../src/core/rules/buyer-state.ts";
import { MINUTE, SECOND } from "../../../../src/core/values/duration.ts";
import type { Ended, Process, Sim, Transaction, Tx } from "../types.ts";
import type { Revision } from "../world/scene.ts";
import { type BuyerRow, loadBuyer, rootOf } from "../world/store.ts";

export const databaseNow = ({ loop, ahead }: Sim): number => loop.now + ahead;

/** How late a worker may take a row up, as of the live service. */
const TAKE_UP = 5 * SECOND;
/** The server ends a transaction whose client is silent. */
const STUCK = 10 * SECOND;

/** The campaigns and the shop as they are now. */
export function revisionOf({ scene, store }: Pick<Sim, "scene" | "store">): Revision {
  const revision = scene.revisions[store.revision];
  if (revision === undefined) throw new Error(`no revision ${store.revision}`);
  return revision;
}

export function policyOf(sim: Pick<Sim, "scene" | "store" | "newId">): BuyerPolicy {
  const { scene, store, newId } = sim;
  return {
    campaigns: revisionOf({ scene, store }).campaigns,
    channels: new Map([...scene.channels].map(([name, { contacts }]) => [name, contacts])),
    takeUp: TAKE_UP,
    newId,
  };
}

/** Runs it in the process after so many ms: later if the process is paused, never if it died. */
export function within(sim: Sim, process: Process, ms: number, run: () => void): void {
  const { life } = process;
  const attempt = (): void => {
    if (process.life !== life || !process.isUp) return;
    if (process.pausedUntil > sim.loop.now) sim.loop.at(process.pausedUntil, attempt);
    else run();
  };
  sim.loop.after(ms, attempt);
}

/** `downMs`: until it is started again. */
export function crash(
  sim: Sim,
  process: Process,
  why: string,
  downMs = sim.dice.pick([300, 2_000, 20_000, 5 * MINUTE]),
): void {
  if (!process.isUp) return;
  sim.trace.note(null, `${process.name} dies: ${why}`);
  process.life++;
  process.isUp = false;
  for (const open of [...process.open]) open.end(sim.dice.chance(0.2) ? "commit" : "abort");
  sim.loop.after(downMs, () => start(sim, process));
}

export function start(sim: Sim, process: Process): void {
  process.isUp = true;
  process.pausedUntil = Math.min(process.pausedUntil, sim.loop.now);
  process.availableSince = sim.loop.now;
  process.revision = sim.store.revision;
  process.policy = policyOf(sim);
  sim.trace.note(null, `${process.name} starts`);
}

export function pause(sim: Sim, process: Process, ms: number): void {
  sim.trace.note(null, `${process.name} is paused for ${ms} ms`);
  process.pausedUntil = Math.max(process.pausedUntil, sim.loop.now + ms);
  process.availableSince = process.pausedUntil;
}

/** Works on some buyers under their locks, and waits for these. `after`: learns how it ended, unless the process dies. */
export function transact<R>(
  sim: Sim,
  process: Process,
  named: readonly string[],
  work: (tx: Tx) => R,
  after: (ended: Ended<R>) => void,
): void {
  const { store, loop, dice } = sim;
  const buyers = [...new Set(named.map((buyer) => rootOf(store, buyer)))];
  const holder = buyers.map((buyer) => store.locks.get(buyer)).find((lock) => lock !== undefined);
  if (holder !== undefined) {
    within(sim, process, Math.max(1, holder.until - loop.now + 1), () => transact(sim, process, named, work, after));
    return;
  }
  if (process.revision !== store.revision) {
    dice.note("campaigns outdated");
    process.revision = store.revision;
    process.policy = policyOf(sim);
  }
  const slow = dice.hit("transaction slow") ? dice.int(200, 4_000) : dice.int(1, 15);
  const lock = { until: loop.now + slow };
  for (const buyer of buyers) store.locks.set(buyer, lock);
  store.planning++;
  const { policy } = process;
  const revision = revisionOf(sim);
  const rows = new Map(buyers.map((buyer) => [buyer, loadBuyer(store, buyer, revision)]));
  const writes: (() => void)[] = [];
  const row = (buyer: string): BuyerRow => {
    const found = rows.get(rootOf(store, buyer));
    if (found === undefined) throw new Error(`${buyer} is not locked`);
    return found;
  };
  const value = work({ now: databaseNow(sim), policy, row, write: (apply) => writes.push(apply) });
  const open: Transaction = {
    end(how) {
      if (!process.open.delete(open)) return;
      for (const buyer of buyers) store.locks.delete(buyer);
      store.planning--;
      if (how === "abort") return;
      for (const [buyer, copy] of rows) store.buyers.set(buyer, { ...copy, state: { ...copy.state, sends: [] } });
      for (const apply of writes) apply();
    },
  };
  process.open.add(open);
  if (dice.hit("crash before commit"))
    loop.after(dice.int(0, slow - 1), () => {
      if (process.open.has(open)) crash(sim, process, "before a commit");
    });
  if (dice.hit("process paused in a transaction")) pause(sim, process, dice.pick([1_000, 8_000, 20_000, 90_000]));
  const finish = (): void => {
    if (!process.open.has(open)) return;
    const silent = process.pausedUntil - loop.now;
    if (silent > 0) {
      lock.until = loop.now + Math.min(silent, STUCK);
      if (silent <= STUCK) {
        loop.at(process.pausedUntil, finish);
        return;
      }
      const { life } = process;
      loop.after(STUCK, () => {
        if (!process.open.has(open)) return;
        dice.note("transaction ended by the server");
        open.end("abort");
        if (process.life === life) within(sim, process, 0, () => after({ ok: false }));
      });
      return;
    }
    if (dice.hit("crash in commit")) {
      if (dice.chance(0.5)) open.end("commit");
      crash(sim, process, "in a commit");
      return;
    }
    const aborted = dice.hit("transaction aborted");
    open.end(aborted ? "abort" : "commit");
    after(aborted || dice.hit("commit's answer lost") ? { ok: false } : { ok: true, value });
  };
  loop.after(slow, finish);
}

/** A statement by itself. `after`: false if it failed, or its answer was lost. */
export function write(sim: Sim, process: Process, apply: () => void, after: (ok: boolean) => void): void {
  within(sim, process, sim.dice.int(0, 5), () => {
    if (sim.dice.hit("transaction aborted")) {
      after(false);
      return;
    }
    apply();
    after(!sim.dice.hit("commit's answer lost"));
  });
}
