/** Part 6: `dunlin rehearse --json` of a promotion's day: wall time, processor time and peak memory of the command as it is run. */
import { spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { register } from "../harness/child.ts";
import { writePromotion } from "../harness/promotion.ts";
import type { Bench } from "../harness/servers.ts";

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
const SAMPLE_MS = 100;
/** Ticks a second of the Linux clock that /proc counts in. */
const TICKS = 100;

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
  let last = { cpuSeconds: 0, rssMb: 0 };
  const sample = setInterval(() => {
    last = usageOf(child.pid ?? 0) ?? last;
  }, SAMPLE_MS);
  const code = await new Promise((resolve) => child.once("exit", resolve));
  clearInterval(sample);
  if (code !== 0) throw new Error(`dunlin rehearse ended with code ${String(code)}`);
  const seconds = (performance.now() - begun) / 1_000;
  bench.note(`rehearsal: ${seconds.toFixed(1)} s, ${last.cpuSeconds.toFixed(0)} s of processor time, ${last.rssMb} MB`);
  return { events, seconds, ...last, fileMb: Math.round(statSync(file).size / 1_000_000) };
}

/** null: it has ended. */
function usageOf(pid: number): { cpuSeconds: number; rssMb: number } | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    const peak = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
    if (Number.isNaN(peak)) return null;
    return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS, rssMb: Math.round(peak / 1_000) };
  } catch {
    return null;
  }
}
