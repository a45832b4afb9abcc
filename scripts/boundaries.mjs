/**
 * Checks the structure of `src` (ARCHITECTURE.md, "Layers"): the direction of imports, pure layers, the size of files and folders, and
 * that no files import each other in a circle, type-only imports included. Prints one line a fault and exits 1 if there is any.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const MAX_LINES = 260;
const MAX_FILES = 15;

const ADAPTERS = ["config", "db", "queue", "channels", "sources", "render"];
const FEATURES = [
  "access",
  "campaigns",
  "intake",
  "dispatch",
  "reporting",
  "rehearsal",
  "preview",
  "followup",
  "receipts",
  "retention",
  "notices",
  "polling",
  "loss",
];
const SURFACES = ["http", "cli", "demo"];

const CORE = [
  "core/values",
  "core/text",
  "core/order",
  "core/seams",
  "core/rules",
  "core/campaign",
  "core/limits",
  "core/simulation",
  "core/receipts",
  "core/notices",
  "core/measure",
  "core/desk",
];
const STORES = [
  "db/stores/buyers",
  "db/stores/intake",
  "db/stores/dispatch",
  "db/stores/campaigns",
  "db/stores/reads",
  "db/stores/receipts",
  "db/stores/notices",
  "db/stores/access",
  "db/stores/desk",
];

/**
 * The layers that each layer may import, besides itself. A layer is a folder of `src`, named by its path; a file belongs to the deepest layer that holds
 * it. `*` are the files at the root of `src`, but for those that are a layer of their own.
 */
const MAY = {
  "core/values": [],
  "core/text": ["core/values"],
  "core/order": ["core/values", "core/text"],
  "core/seams": ["core/values"],
  "core/desk": ["core/values", "core/text"],
  "core/rules": ["core/values", "core/order", "core/seams", "core/desk"],
  "core/campaign": ["core/values", "core/text", "core/rules"],
  "core/limits": ["core/values"],
  "core/simulation": ["core/values", "core/order", "core/rules", "core/limits"],
  "core/receipts": ["core/values", "core/seams"],
  "core/notices": ["core/values", "core/seams"],
  "core/measure": [],
  providers: CORE,
  // The names of the webhooks come from the registry of sources.
  config: [...CORE, "providers", "sources"],
  // How both drivers reach PostgreSQL.
  postgres: [],
  db: [...CORE, "postgres"],
  "db/embedded": ["db"],
  "db/stores/buyers": [...CORE, "db"],
  "db/stores/intake": [...CORE, "db", "db/stores/buyers"],
  "db/stores/dispatch": [...CORE, "db", "db/stores/buyers"],
  "db/stores/campaigns": [...CORE, "db"],
  "db/stores/reads": [...CORE, "db", "db/stores/buyers"],
  "db/stores/receipts": [...CORE, "db", "db/stores/buyers"],
  "db/stores/notices": [...CORE, "db"],
  "db/stores/access": [...CORE, "db", "db/stores/campaigns"],
  "db/stores/desk": [...CORE, "db"],
  queue: [...CORE, "postgres", "deadline.ts"],
  channels: [...CORE, "providers", "standard-webhooks.ts"],
  sources: [...CORE, "standard-webhooks.ts"],
  render: [...CORE, "providers"],
};
const BELOW_FEATURES = [
  ...CORE,
  ...STORES,
  ...ADAPTERS,
  "db/embedded",
  "postgres",
  "providers",
  "standard-webhooks.ts",
];
for (const feature of FEATURES) MAY[feature] = BELOW_FEATURES;
MAY["http/contract"] = CORE;
MAY.http = [...CORE, "deadline.ts", "http/contract", "sources", "db", ...STORES];
MAY.console = ["http/contract"];
MAY.demo = [...BELOW_FEATURES, ...FEATURES];
// `dunlin demo` is a command.
MAY.cli = [...MAY.demo, "demo", "package-root.ts"];
MAY["lifecycle.ts"] = [];
MAY["deadline.ts"] = [];
// Standard Webhooks are received by a source and a channel, and sent by a channel.
MAY["standard-webhooks.ts"] = [...CORE, "providers"];
MAY["package-root.ts"] = [];
MAY.roles = [...BELOW_FEATURES, ...FEATURES, ...SURFACES, "lifecycle.ts", "deadline.ts", "package-root.ts"];
MAY["*"] = [...MAY.roles, "roles", "http/contract"];
// The pool opens the embedded server, and the embedded server needs a pool to ask whether it is up.
MAY.db = [...MAY.db, "db/embedded", "package-root.ts"];

/** The packages that pure code may import. */
const PURE = new Set(["zod", "luxon", "yaml", "libphonenumber-js", "libphonenumber-js/max"]);
const IMPURE = [
  /\bDate\.now\(/,
  /\bnew Date\(\)/,
  /\bMath\.random\(/,
  /\bprocess\./,
  /\bset(Timeout|Interval|Immediate)\(/,
  /\bperformance\./,
];
const isPure = (layer) => layer.startsWith("core/") || layer === "providers";

const TRANSACTIONS = join("src", "db", "transaction.ts");

const LAYERS = Object.keys(MAY).sort((a, b) => b.length - a.length);
const layerOf = (file) => {
  const path = relative("src", file);
  if (!path.includes("/")) return path in MAY ? path : "*";
  return LAYERS.find((layer) => path.startsWith(`${layer}/`)) ?? `unknown (${dirname(path)})`;
};
const codeOf = (text) => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");

/** The imports of a file: their specifiers, type-only ones included. */
const importsOf = (code) =>
  [...code.matchAll(/\bfrom\s+"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/g)].map(([, from, called]) => from ?? called);

const files = readdirSync("src", { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));

const faults = [];
const graph = new Map();
for (const file of files) {
  const text = readFileSync(file, "utf8");
  const code = codeOf(text);
  const layer = layerOf(file);
  if (!(layer in MAY)) faults.push(`${file}: belongs to no layer of ARCHITECTURE.md`);
  const edges = [];
  for (const from of importsOf(code)) {
    if (from.startsWith(".")) {
      const path = join(dirname(file), from);
      if (existsSync(path) && /\.tsx?$/.test(path)) edges.push(path);
      const target = layerOf(path);
      if (target !== layer && !MAY[layer]?.includes(target))
        faults.push(`${file}: ${layer} must not import ${target} (${from})`);
    } else if (isPure(layer) && !PURE.has(from)) faults.push(`${file}: ${layer} must not import ${from}`);
  }
  graph.set(file, edges);
  if (isPure(layer))
    for (const impure of IMPURE)
      if (impure.test(code)) faults.push(`${file}: ${layer} must be pure, found ${impure.source}`);
  // The other `begin` methods of `src` take no argument.
  if (file !== TRANSACTIONS && /\.begin(<[^(]*>)?\(\s*[^)\s]/.test(code))
    faults.push(`${file}: transactions begin by inTransaction (${TRANSACTIONS})`);
  if (/\bprocess\.env\b/.test(code) && layer !== "config" && layer !== "*")
    faults.push(`${file}: process.env belongs to config and main`);
  const lines = text.split("\n").length - 1;
  if (lines > MAX_LINES) faults.push(`${file}: ${lines} lines, at most ${MAX_LINES}`);
}

const perFolder = new Map();
for (const file of files) perFolder.set(dirname(file), [...(perFolder.get(dirname(file)) ?? []), file]);
for (const [folder, inside] of perFolder)
  if (inside.length > MAX_FILES) faults.push(`${folder}: ${inside.length} files, at most ${MAX_FILES}`);

/** Circles of imports: each is reported once, by the path that was walked. */
const state = new Map();
function walk(file, path) {
  state.set(file, "open");
  for (const next of graph.get(file) ?? []) {
    if (state.get(next) === "open")
      faults.push(`circle of imports: ${[...path.slice(path.indexOf(next)), next].join(" → ")}`);
    else if (!state.has(next)) walk(next, [...path, next]);
  }
  state.set(file, "done");
}
for (const file of files) if (!state.has(file)) walk(file, [file]);

for (const fault of faults) console.error(fault);
console.log(`boundaries: ${files.length} files, ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
