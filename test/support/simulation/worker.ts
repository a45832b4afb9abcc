/** Runs a share of the seeds in a process of its own, and prints what came of it. Bundled by bundle.ts; `seeds` holds a JSON of `Share`. */
import { runSeed } from "./run.ts";
import type { Share, ShareResult } from "./share.ts";

const { from, to, step, hours, untilBroken } = JSON.parse(process.argv[2] ?? "{}") as Share;
const faults = new Map<string, number>();
const broken: ShareResult["broken"][number][] = [];
let seeds = 0;
for (let seed = from; seed <= to && broken.length < untilBroken; seed += step) {
  const result = runSeed(seed, hours);
  seeds++;
  for (const [fault, count] of result.faults) faults.set(fault, (faults.get(fault) ?? 0) + count);
  if (result.broken !== null) broken.push(result.broken);
}
const { user, system } = process.cpuUsage();
const share: ShareResult = { seeds, faults: [...faults], broken, cpuMs: (user + system) / 1_000 };
process.stdout.write(JSON.stringify(share));
