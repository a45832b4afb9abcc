/** Part 6: `dunlin rehearse --json` of a promotion's day: wall time, processor time and peak memory of the command as it is run. */
import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { register } from "../harness/child.ts";
import type { Part } from "../harness/part.ts";
import { writePromotion } from "../harness/promotion.ts";
import type { Bench } from "../harness/servers.ts";
import { number, round } from "../harness/table.ts";
import { watchUsage } from "../harness/usage.ts";

type Rehearsal = {
  readonly events: number;
  readonly seconds: number;
  /** User and system time of all its threads. */
  readonly cpuSeconds: number;
  readonly rssMb: number;
  readonly fileMb: number;
};

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const TEMPLATES = fileURLToPath(new URL("../../templates", import.meta.url));

export const rehearsal: Part<Rehearsal> = {
  name: "rehearsal",
  run,
  json: ({ events, seconds, cpuSeconds, rssMb }) => ({
    events,
    seconds: round(seconds, 1),
    cpuSeconds: round(cpuSeconds, 1),
    rssMb,
  }),
  lines: ({ events, seconds, cpuSeconds, rssMb, fileMb }) => [
    {
      what: "rehearsal",
      measured: `${seconds.toFixed(1)} s`,
      target: events === 1_000_000 ? "< 60 s" : "",
      against: `${number(events)} events, ${number(fileMb)} MB`,
    },
    { what: "  processor", measured: `${cpuSeconds.toFixed(1)} s`, against: "all threads, user and system" },
    { what: "  memory", measured: `${rssMb} MB`, target: "< 1,000 MB", against: "peak" },
  ],
};

async function run(bench: Bench): Promise<Rehearsal> {
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
