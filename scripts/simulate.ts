/**
 * `npm run simulate`: lives through days of small shops with faults of every kind, one seed after the other (test/support/simulation), and exits 1 when an
 * invariant breaks.
 *
 *   --seeds 10000    how many, from 1 on (1000)
 *   --seed 4711      only this one
 *   --hours 24       how long each lasts
 *   --workers 2      processes
 *   --planted        plants bugs, one at a time, and reports how soon each is found; --seeds: in so many at most (5000)
 */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pLimit from "p-limit";
import { bundleSimulation, runShare } from "../test/support/simulation/bundle.ts";
import { INVARIANTS } from "../test/support/simulation/checks/invariants.ts";
import { PLANTED, type Planted } from "../test/support/simulation/planted.ts";
import type { Broken } from "../test/support/simulation/run.ts";
import type { ShareResult } from "../test/support/simulation/share.ts";
import { FAULTS } from "../test/support/simulation/world/faults.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    seed: { type: "string" },
    hours: { type: "string", default: "24" },
    workers: { type: "string", default: String(availableParallelism()) },
    planted: { type: "boolean", default: false },
  },
});
const count = (name: "seeds" | "hours" | "workers" | "seed"): number => {
  const number = Number(name === "seeds" ? (values.seeds ?? (values.planted ? 5_000 : 1_000)) : values[name]);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`--${name}: must be a whole number above 0, not "${values[name]}"`);
};

function show({ seed, invariant, message, tail }: Broken): void {
  console.log(`\nseed ${seed} broke: ${invariant}\n  ${message}\n`);
  for (const line of tail) console.log(`  ${line}`);
  console.log(`\nrun it alone: npm run simulate -- --seed ${seed}${hours === 24 ? "" : ` --hours ${hours}`}`);
}

const hours = count("hours");

async function simulate(folder: string): Promise<boolean> {
  const bundle = join(folder, "simulation.cjs");
  await bundleSimulation(bundle);
  const [from, to] = values.seed === undefined ? [1, count("seeds")] : [count("seed"), count("seed")];
  const workers = Math.min(count("workers"), to - from + 1);
  const begun = performance.now();
  const shares = await Promise.all(
    Array.from({ length: workers }, (_, at) =>
      runShare(bundle, { from: from + at, to, step: workers, hours, untilBroken: 3 }),
    ),
  );
  const seconds = (performance.now() - begun) / 1_000;
  report(shares, seconds);
  const broken = shares.flatMap((share) => share.broken).sort((a, b) => a.seed - b.seed);
  for (const each of broken.slice(0, 3)) show(each);
  return broken.length === 0;
}

function report(shares: readonly ShareResult[], seconds: number): void {
  const sum = (of: (share: ShareResult) => number): number => shares.reduce((total, share) => total + of(share), 0);
  const seeds = sum((share) => share.seeds);
  const faults = new Map(shares.flatMap((share) => share.faults).map(([fault]) => [fault, 0]));
  for (const [fault, times] of shares.flatMap((share) => share.faults))
    faults.set(fault, (faults.get(fault) ?? 0) + times);
  console.log("times  fault");
  for (const fault of FAULTS) console.log(`${String(faults.get(fault) ?? 0).padStart(7)}  ${fault}`);
  const cpu = sum((share) => share.cpuMs) / 1_000;
  console.log(
    `\n${seeds} seeds, ${seeds * hours} simulated hours in ${seconds.toFixed(1)} s (${cpu.toFixed(1)} s of CPU, ${shares.length} processes, load ${loadavg()[0]?.toFixed(1)})`,
  );
}

/** Resolves to whether the bug is found as it should be. */
async function findBug(bundle: string, planted: Planted): Promise<boolean> {
  await bundleSimulation(bundle, planted);
  const share = { from: 1, to: count("seeds"), step: 1, hours, untilBroken: 1 };
  const { seeds, broken } = await runShare(bundle, share);
  const [first] = broken;
  const isCaught = planted.caughtBy.some((invariant) => INVARIANTS[invariant] === first?.invariant);
  const by = first === undefined ? "NOT FOUND" : isCaught ? first.invariant : `NOT AS IT SHOULD BE: ${first.message}`;
  console.log(`${planted.bug.padEnd(64)} ${String(seeds).padStart(5)} seeds  ${by}`);
  return isCaught;
}

async function findPlanted(folder: string): Promise<boolean> {
  const limit = pLimit(count("workers"));
  const found = await Promise.all(
    PLANTED.map((planted, at) => limit(() => findBug(join(folder, `planted-${at}.cjs`), planted))),
  );
  const caught = found.filter(Boolean).length;
  console.log(`\n${caught} of ${PLANTED.length} planted bugs are caught`);
  return caught === PLANTED.length;
}

const folder = await mkdtemp(join(tmpdir(), "dunlin-simulate-"));
try {
  process.exitCode = (await (values.planted ? findPlanted : simulate)(folder)) ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}
