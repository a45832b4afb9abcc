/** Runs one seed: a day of a small shop, and what is left after it without faults. Everything follows from the seed. */
import { HOUR, MINUTE, SECOND } from "../../../src/core/values/duration.ts";
import { createChecks } from "./checks/checks.ts";
import { claimDue, sweep } from "./service/claim.ts";
import { tell } from "./service/intake.ts";
import { crash, policyOf, start } from "./service/process.ts";
import type { Process, Sim } from "./types.ts";
import { diceOf, type Fault } from "./world/faults.ts";
import { createLoop } from "./world/loop.ts";
import { postsOf, sceneOf } from "./world/scene.ts";
import { createStore, nextDue, planAnew } from "./world/store.ts";
import { createTrace, Violation } from "./world/trace.ts";

export type Broken = {
  readonly seed: number;
  readonly invariant: string;
  readonly message: string;
  /** The last lines of the trace about that buyer. */
  readonly tail: readonly string[];
};

export type SeedResult = {
  readonly faults: ReadonlyMap<Fault, number>;
  readonly hash: string;
  readonly lines: number;
  readonly broken: Broken | null;
};

const SWEEP_EVERY = 2 * SECOND;
const TAIL = 60;
/** An endless simulation is a fault, too. */
const MOST_STEPS = 500_000;

export function runSeed(seed: number, hours: number): SeedResult {
  const dice = diceOf(seed);
  const scene = sceneOf(dice, hours);
  const loop = createLoop(scene.from);
  const trace = createTrace(() => loop.now);
  const store = createStore(scene);
  let ids = 0;
  const newId = () => `r${String(ids++).padStart(5, "0")}`;
  const sim: Sim = {
    ...{ dice, scene, loop, trace, store, newId },
    checks: createChecks(() => sim),
    processes: [],
    ahead: 0,
    queue: 0,
    taken: new Map(),
    wake: (dispatcher) => claimDue(sim, dispatcher),
  };
  const names = ["intake-1", "intake-2", "dispatch-1", "dispatch-2", ...(dice.chance(0.5) ? ["dispatch-3"] : [])];
  const processes = names.map((name) => processOf(sim, name));
  Object.assign(sim, { processes });
  let broken: Broken | null = null;
  try {
    for (const process of processes) start(sim, process);
    for (const request of postsOf(dice, scene.happenings)) tell(sim, request);
    planTrouble(sim);
    live(sim);
    sim.checks.end();
  } catch (error) {
    const found =
      error instanceof Violation ? error : new Violation("no exception", null, String((error as Error).stack));
    broken = { seed, invariant: found.invariant, message: found.message, tail: trace.tail(found.buyer, TAIL) };
  }
  return { faults: dice.counts, hash: trace.hash(), lines: trace.length, broken };
}

function processOf(sim: Sim, name: string): Process {
  const { dice, loop } = sim;
  return {
    name,
    dispatches: name.startsWith("dispatch"),
    life: 0,
    isUp: false,
    pausedUntil: 0,
    availableSince: loop.now,
    revision: 0,
    policy: policyOf(sim),
    skew: dice.chance(0.3) ? dice.int(-300, 300) * SECOND : 0,
    phase: dice.int(0, SWEEP_EVERY - 1),
    sweptAt: Number.NEGATIVE_INFINITY,
    open: new Set(),
  };
}

/** Plans the faults of the whole installation. */
function planTrouble(sim: Sim): void {
  const { dice, scene, loop, store } = sim;
  const sometime = () => scene.from + Math.floor(dice.draw() * (scene.to - scene.from));
  for (let hour = scene.from; hour < scene.to; hour += 6 * HOUR) {
    const step = (sign: number) => () => {
      sim.ahead += sign * dice.pick([1, 20, 1_000, 5_000, 30_000]);
      sim.trace.note(null, `the database's clock is ${sim.ahead} ms ahead`);
    };
    if (dice.hit("clock of the database set back")) loop.at(sometime(), step(-1));
    if (dice.hit("clock of the database set forward")) loop.at(sometime(), step(1));
    if (dice.hit("all dispatchers down")) loop.at(sometime(), () => outage(sim));
    if (dice.hit("queue lost")) loop.at(sometime(), () => void sim.queue++);
  }
  /** A change of the campaigns waits until nobody plans. */
  const change = (revision: number): void => {
    if (store.planning > 0) {
      loop.after(50, () => change(revision));
      return;
    }
    store.revision = revision;
    sim.trace.note(null, `campaigns ${revision}`);
    for (const row of store.buyers.values()) if (row.state.open !== null) planAnew(row, loop.now + sim.ahead);
  };
  for (const [revision, { at }] of scene.revisions.entries()) if (revision > 0) loop.at(at, () => change(revision));
  const tick = (): void => {
    sim.checks.tick();
    if (loop.now < scene.to) loop.after(MINUTE, tick);
  };
  loop.after(MINUTE / 2, tick);
  loop.at(scene.to, () => {
    dice.heal();
    for (const process of sim.processes) process.pausedUntil = loop.now;
  });
}

function outage(sim: Sim): void {
  const downMs = sim.dice.pick([5, 20, 90]) * MINUTE;
  for (const process of sim.processes) if (process.dispatches) crash(sim, process, "with all others", downMs);
}

/** The next look of the process at the database at which it finds something. */
function nextSweep(process: Process, due: number, now: number): number {
  const from = Math.max(due, now, process.pausedUntil, process.sweptAt + 1);
  return Math.ceil((from - process.phase) / SWEEP_EVERY) * SWEEP_EVERY + process.phase;
}

function live(sim: Sim): void {
  const { loop, store, processes } = sim;
  const dispatchers = processes.filter(({ dispatches }) => dispatches);
  for (let steps = 0; ; steps++) {
    if (steps > MOST_STEPS) throw new Error("the simulation does not end");
    const due = nextDue(store) - sim.ahead;
    let sweeper: Process | null = null;
    let at = Number.POSITIVE_INFINITY;
    if (due < Number.POSITIVE_INFINITY)
      for (const process of dispatchers) {
        const next = process.isUp ? nextSweep(process, due, loop.now) : Number.POSITIVE_INFINITY;
        if (next < at) [sweeper, at] = [process, next];
      }
    if (loop.next === Number.POSITIVE_INFINITY && sweeper === null) return;
    if (sweeper === null || loop.next <= at) loop.step();
    else {
      loop.passTo(at);
      sweep(sim, sweeper);
    }
  }
}
