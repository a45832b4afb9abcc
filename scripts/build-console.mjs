/**
 * Builds the console into a folder. It takes some seconds, so nothing is done while its sources, the versions of its packages and this file
 * are the same as at the last build. The first page loads what every page needs; each page, the charts and the editor are files of their own.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SOURCES = join(ROOT, "src/console");
const STAMP = ".built";

export async function buildConsole(outdir) {
  const digest = digestOfSources();
  const stamp = join(outdir, STAMP);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  const [{ build }, { default: react }] = await Promise.all([import("vite"), import("@vitejs/plugin-react")]);
  const part = `${outdir}.${process.pid}`;
  await build({
    root: SOURCES,
    configFile: false,
    logLevel: "error",
    plugins: [react(), preloadApp()],
    build: {
      outDir: part,
      emptyOutDir: true,
      target: "es2022",
      manifest: "manifest.json",
      chunkSizeWarningLimit: 1_000,
      reportCompressedSize: false,
      rolldownOptions: {
        input: [join(SOURCES, "index.html"), join(SOURCES, "app.tsx")],
        output: {
          // The name of a file that several pages share is the list of them, else.
          chunkFileNames: ({ name }) => `assets/${name.split("~")[0]}-[hash].js`,
          codeSplitting: {
            groups: [
              {
                name: "index",
                test: /console\/(index\.html|main\.ts|first\.ts|api\/early\.ts)|preload-helper|rolldown\/runtime/,
                priority: 3,
              },
              { name: "app", tags: ["$initial"], priority: 2 },
              { name: "charts", test: /node_modules\/(@mantine\/charts|recharts)\//, priority: 1 },
              // Few files, instead of one for each set of pages that share something.
              { name: "parts", minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: 40_000 },
            ],
          },
        },
      },
    },
  });
  compress(join(part, "assets"));
  writeFileSync(join(part, STAMP), digest);
  // A program that serves the old files meanwhile misses them for a moment only.
  const old = `${part}.old`;
  if (existsSync(outdir)) renameSync(outdir, old);
  renameSync(part, outdir);
  rmSync(old, { recursive: true, force: true });
}

/** The document names the files of the app, so that they are on their way before the script that runs first asks for them. */
function preloadApp() {
  return {
    name: "preload-app",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        const files = Object.values(bundle);
        const app = files.find(({ facadeModuleId }) => facadeModuleId?.endsWith("/console/app.tsx"));
        const link = (rel, name) => ({
          tag: "link",
          attrs: { rel, crossorigin: true, href: `/${name}` },
          injectTo: "head",
        });
        return [
          link("modulepreload", app.fileName),
          ...[...app.viteMetadata.importedCss].map((name) => link("stylesheet", name)),
        ];
      },
    },
  };
}

/** Beside each text its compressed form, which is what browsers are sent. */
function compress(dir) {
  for (const name of readdirSync(dir))
    if (/\.(js|css|svg)$/.test(name))
      writeFileSync(join(dir, `${name}.gz`), gzipSync(readFileSync(join(dir, name)), { level: 9 }));
}

function digestOfSources() {
  const hash = createHash("sha256");
  const files = readdirSync(SOURCES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of [...files, join(ROOT, "package-lock.json"), fileURLToPath(import.meta.url)])
    hash.update(file.slice(ROOT.length)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}
