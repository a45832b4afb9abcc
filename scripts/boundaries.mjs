// Checks the direction of imports (ARCHITECTURE.md): core ← adapters ← features ← {http, cli, demo} ← app ← main.
// Adapters do not import each other, features do not import each other, core imports pure libraries only. And transactions begin in one
// place, which survives the loss of their connection.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const ADAPTERS = ["config", "db", "queue", "channels", "sources", "render"];
const FEATURES = ["campaigns", "intake", "dispatch", "reporting", "rehearsal", "preview"];
const OUTER = ["http", "cli", "demo"];
const PURE = new Set(["zod", "luxon", "yaml", "libphonenumber-js", "libphonenumber-js/max"]);
const IMPURE = [
  /\bDate\.now\(/,
  /\bnew Date\(\)/,
  /\bMath\.random\(/,
  /\bprocess\./,
  /\bset(Timeout|Interval|Immediate)\(/,
  /\bperformance\./,
];

const TRANSACTIONS = join("src", "db", "stores", "transaction.ts");

/** What each layer may import besides itself; `*` for outer files at the root of src. */
const MAY = Object.fromEntries([
  ["core", []],
  ...ADAPTERS.map((layer) => [layer, ["core"]]),
  ...FEATURES.map((layer) => [layer, ["core", ...ADAPTERS]]),
  ["http", ["core", "db", "sources"]],
  ["cli", ["core", ...ADAPTERS, ...FEATURES]],
  ["demo", ["core", ...ADAPTERS, ...FEATURES]],
  ["*", ["core", ...ADAPTERS, ...FEATURES, ...OUTER, "*"]],
]);

const files = readdirSync("src", { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((file) => !file.startsWith(join("src", "console")));

const layerOf = (file) => {
  const parts = relative("src", file).split("/");
  return parts.length === 1 ? "*" : parts[0];
};

const faults = [];
for (const file of files) {
  const text = readFileSync(file, "utf8");
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const layer = layerOf(file);
  if (!(layer in MAY)) faults.push(`${file}: src/${layer}/ is no layer of ARCHITECTURE.md`);
  for (const [, from] of code.matchAll(/\bfrom\s+"([^"]+)"|\bimport\("([^"]+)"\)/g)) {
    if (from === undefined) continue;
    if (from.startsWith(".")) {
      const target = layerOf(join(dirname(file), from));
      if (target !== layer && !MAY[layer]?.includes(target))
        faults.push(`${file}: ${layer} must not import ${target} (${from})`);
    } else if (layer === "core" && !PURE.has(from)) faults.push(`${file}: core must not import ${from}`);
  }
  if (layer === "core")
    for (const impure of IMPURE)
      if (impure.test(code)) faults.push(`${file}: core must be pure, found ${impure.source}`);
  // Whatever else begins takes no argument.
  if (file !== TRANSACTIONS && /\.begin(<[^(]*>)?\(\s*[^)\s]/.test(code))
    faults.push(`${file}: transactions begin by inTransaction (${TRANSACTIONS})`);
  if (/\bprocess\.env\b/.test(code) && layer !== "config" && layer !== "*")
    faults.push(`${file}: process.env belongs to config and main`);
}
for (const fault of faults) console.error(fault);
console.log(`boundaries: ${files.length} files, ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
