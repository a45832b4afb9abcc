/**
 * Builds `dist/`: the program and the threads of the rehearsal, bundled, with what they share in chunks beside them. Loading some 600 small
 * modules takes twice the time that the program itself needs to start. Packages in CommonJS, and those that find files by their own place,
 * stay in node_modules. The console is built beside it. Types are checked by `npm run verify`.
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildConsole } from "./build-console.mjs";

/** The folders of the console and of the page of the queues in `dist/`. */
const CONSOLE = "console";
const QUEUES = "queues";
const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** The packages that consist of many ES modules. */
const BUNDLED = new Set(["zod", "libphonenumber-js", "uuid", "diff"]);
const { dependencies } = JSON.parse(readFileSync(`${ROOT}/package.json`, "utf8"));
const external = Object.keys(dependencies).filter((name) => !BUNDLED.has(name));

/**
 * All files lie flat in `outdir`: the threads are started by their name beside the file that starts them. A program that runs from it goes on:
 * a file that is the same is not touched.
 */
export async function bundle(entries, outdir) {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [...entries, "src/rehearsal/worker.ts", "src/rehearsal/job-worker.ts"],
    outdir,
    entryNames: "[name]",
    chunkNames: "chunk-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    external: external.flatMap((name) => [name, `${name}/*`]),
    sourcemap: true,
    sourcesContent: false,
    write: false,
    logLevel: "warning",
  });
  mkdirSync(outdir, { recursive: true });
  for (const { path, contents: made } of outputFiles) {
    const contents = withRequire(made, basename(path));
    if (existsSync(path) && readFileSync(path).equals(contents)) continue;
    const part = `${path}.${process.pid}`;
    writeFileSync(part, contents);
    renameSync(part, path);
  }
  const built = new Set(outputFiles.map(({ path }) => basename(path)));
  for (const name of readdirSync(outdir))
    if (!built.has(name) && name !== CONSOLE && name !== QUEUES)
      rmSync(join(outdir, name), { recursive: true, force: true });
}

/**
 * bull-board is CommonJS, and bundled: installed, it would bring TypeScript along. The chunk that looks for `require` gets one, on its first line,
 * so that source maps stay right. The program itself begins with `#!`, and bull-board is not loaded at its start.
 */
function withRequire(contents, name) {
  if (!Buffer.from(contents).includes("typeof require")) return contents;
  if (name === "main.js")
    throw new Error("main.js looks for `require`: load what is CommonJS by import(), like the page of the queues");
  const made =
    'import { createRequire as $createRequire } from "node:module"; const require = $createRequire(import.meta.url); ';
  return Buffer.concat([Buffer.from(made), contents]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = `${ROOT}/dist`;
  await bundle(["src/main.ts"], dist);
  await buildConsole(join(dist, CONSOLE));
  // Files of an earlier version of the page would stay.
  rmSync(join(dist, QUEUES), { recursive: true, force: true });
  cpSync(join(ROOT, "node_modules/@bull-board/ui/dist"), join(dist, QUEUES), { recursive: true });
  chmodSync(`${dist}/main.js`, 0o755);
}
