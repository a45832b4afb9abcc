/** Bundles the worker of the simulation, if wanted with a planted bug, and runs shares of the seeds in processes. The files of the source stay as they are. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build, type Plugin } from "esbuild";
import type { Planted } from "./planted.ts";
import type { Share, ShareResult } from "./share.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** A planted bug may make an endless loop. */
const LONGEST_MS = 30 * 60_000;
const MAX_OUTPUT = 64 * 2 ** 20;

/** The text of the file with the bug. Throws if its place is not there exactly once. */
export async function plant({ bug, file, find, plant: bad }: Planted): Promise<string> {
  const parts = (await readFile(join(ROOT, "src", file), "utf8")).split(find);
  if (parts.length !== 2)
    throw new Error(
      `"${bug}": its text is ${parts.length - 1} times in src/${file}, not once: change planted.ts\n${find}`,
    );
  return parts.join(bad);
}

/** Writes the bundle to `outfile`. */
export async function bundleSimulation(outfile: string, planted?: Planted): Promise<void> {
  let wasPlanted = planted === undefined;
  const plugin = (bug: Planted): Plugin => ({
    name: "plant",
    setup({ onLoad }) {
      const path = join(ROOT, "src", bug.file);
      onLoad({ filter: /\.ts$/ }, async (file) => {
        if (file.path !== path) return undefined;
        wasPlanted = true;
        return { contents: await plant(bug), loader: "ts" };
      });
    },
  });
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["test/support/simulation/worker.ts"],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    sourcemap: "inline",
    logLevel: "warning",
    plugins: planted === undefined ? [] : [plugin(planted)],
  });
  if (!wasPlanted) throw new Error(`"${planted?.bug}": the simulation does not load src/${planted?.file}`);
}

export async function runShare(bundle: string, share: Share): Promise<ShareResult> {
  const args = ["--enable-source-maps", "--max-semi-space-size=32", bundle, JSON.stringify(share)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: MAX_OUTPUT, timeout: LONGEST_MS });
  return JSON.parse(stdout) as ShareResult;
}
