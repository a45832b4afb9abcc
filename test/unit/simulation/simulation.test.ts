/** Lives through days of small shops, with faults of every kind. `npm run simulate` lives through thousands. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleSimulation, plant, runShare } from "../../support/simulation/bundle.ts";
import { INVARIANTS } from "../../support/simulation/checks/invariants.ts";
import { PLANTED } from "../../support/simulation/planted.ts";
import { runSeed } from "../../support/simulation/run.ts";
import { FAULTS } from "../../support/simulation/world/faults.ts";

const SEEDS = 200;
const HOURS = 24;

/** A test for each planted bug would take minutes: `npm run simulate -- --planted` looks for them all. */
const QUICK = ["events are folded as they come", "an unknown outcome counts as a failure", "nobody wakes for a close"];

describe("the simulation", () => {
  it("breaks no invariant, and meets every fault", () => {
    const faults = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed++) {
      const result = runSeed(seed, HOURS);
      for (const fault of result.faults.keys()) faults.add(fault);
      const { broken } = result;
      if (broken !== null)
        expect.fail(
          `seed ${seed} broke: ${broken.invariant}: ${broken.message}; run npm run simulate -- --seed ${seed}`,
        );
    }
    expect(FAULTS.filter((fault) => !faults.has(fault))).toEqual([]);
  });

  it("does the same again from the same seed, and something else from another", () => {
    const traces = [7, 8, 9].map((seed) => runSeed(seed, HOURS).hash);
    expect([7, 8, 9].map((seed) => runSeed(seed, HOURS).hash)).toEqual(traces);
    expect(new Set(traces).size).toBe(3);
  });
});

describe("planted bugs", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "dunlin-planted-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("have their place in the source", async () => {
    for (const planted of PLANTED) expect(await plant(planted), planted.bug).toContain(planted.plant);
    expect(PLANTED.length).toBeGreaterThanOrEqual(20);
  });

  it.each(PLANTED.filter(({ bug }) => QUICK.includes(bug)))("are found: $bug", async (planted) => {
    const bundle = join(folder, `${planted.file.replaceAll("/", "-")}.cjs`);
    await bundleSimulation(bundle, planted);
    const { broken } = await runShare(bundle, { from: 1, to: 100, step: 1, hours: HOURS, untilBroken: 1 });
    expect(planted.caughtBy.map((invariant) => INVARIANTS[invariant])).toContain(broken[0]?.invariant);
  });
});
