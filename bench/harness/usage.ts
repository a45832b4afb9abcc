/** The processor time and memory of a process, as Linux counts them. */
import { readFileSync } from "node:fs";

/** Ticks a second of the clock that /proc counts in. */
const TICKS = 100;

/** `cpuSeconds`: user and system time of all its threads. `rssMb`: its peak memory. */
export type Usage = { readonly cpuSeconds: number; readonly rssMb: number };

/** null: it has ended, or the system does not say it. */
export function usageOf(pid: number | undefined): Usage | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    const peak = Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
    if (Number.isNaN(peak)) return null;
    return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS, rssMb: Math.round(peak / 1024) };
  } catch {
    return null;
  }
}

const SAMPLE_MS = 50;

/** Looks at a process until `stop`, which returns the last that was seen. */
export function watchUsage(pid: number | undefined): { stop(): Usage } {
  let last: Usage = { cpuSeconds: 0, rssMb: 0 };
  const sample = setInterval(() => {
    last = usageOf(pid) ?? last;
  }, SAMPLE_MS);
  return {
    stop() {
      clearInterval(sample);
      return last;
    },
  };
}
