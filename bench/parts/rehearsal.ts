/** Part 6: `dunlin rehearse --json` of a promotion's day: wall time, processor time and peak memory of the command as it is run. */
import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { register } from "../harness/child.ts";
import { writePromotion } from "../harness/promotion.ts";
import type { Bench } from "../harness/servers.ts";
import { watchUsage } from "../harness/usage.ts";

export type Rehearsal = {
  readonly events: number;
  readonly seconds: number;
  /** User and system time of all its threads. */
  readonly cpuSeconds: number;
  readonly rssMb: number;
  readonly fileMb: number;
};

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const TEMPLATES = fileURLToPath(new URL("../../templates", import.meta.url));

export async function rehearsal(bench: Bench): Promise<Rehearsal> {
  const events = bench.quick ? 50_000 : 1_000_000;
  const file = join(bench.workDir, "promotion.ndjson");
  bench.note(`rehearsal: writing ${events} events`);
  await writePromotion(file, events);
  const begun = performance.now();
  const child = spawn(process.execPath, [MAIN, "rehearse", file, "--campaigns", TEMPLATES, "--json"], {
    env: { ...process.env, ...bench.env },
    stdio: ["ignore", "ignore", 2],
  });
  register(child);
  const usage = watchUsage(child.pid);
  const code = await new Promise((resolve) => child.once("exit", resolve));
  const last = usage.stop();
  if (code !== 0) throw new Error(`dunlin rehearse ended with code ${String(code)}`);
  const seconds = (performance.now() - begun) / 1_000;
  bench.note(`rehearsal: ${seconds.toFixed(1)} s, ${last.cpuSeconds.toFixed(0)} s of processor time, ${last.rssMb} MB`);
  return { events, seconds, ...last, fileMb: Math.round(statSync(file).size / 1_000_000) };
}
