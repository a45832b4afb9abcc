/** Makes the configuration from the environment and dunlin.yaml, or reports every fault of both at once. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isUtf8 } from "../core/text/json.ts";
import { parseYaml } from "../core/text/yaml-doc.ts";
import { formatFault } from "../core/text/yaml-faults.ts";
import { DAY } from "../core/values/duration.ts";
import { buildChannels } from "./channels.ts";
import { type ConfigResult, deepFreeze, type Retention } from "./config.ts";
import { type Env, readEnvironment } from "./environment.ts";
import { type ConfigFile, fileShape } from "./file-schema.ts";
import { buildNotices } from "./notices.ts";
import { buildShops } from "./shops.ts";

const RETENTION: Retention = {
  events: 90 * DAY,
  orders: 400 * DAY,
  contacts: 180 * DAY,
  audit: 730 * DAY,
  deliveries: 400 * DAY,
};
const MAX_FILE_LENGTH = 2_000_000;

/** Relative paths begin at `cwd`. Reads one file. Faults are returned, not thrown. */
export function loadConfig(env: Env, cwd: string): ConfigResult {
  const faults: string[] = [];
  const { configFile, ...environment } = readEnvironment(env, cwd, faults);
  const file = readConfigFile(env, cwd, configFile, faults);
  if (file === null || faults.length > 0) return { ok: false, faults };
  const { implicit, ids, shop } = buildShops(file.shops);
  return {
    ok: true,
    config: deepFreeze({
      ...environment,
      implicitShops: implicit,
      shop,
      shopIds: ids,
      channels: buildChannels(file.channels),
      notices: buildNotices(file.notices),
      publicUrl: file.publicUrl ?? null,
      trustedProxies: file.trustedProxies ?? [],
      retention: { ...RETENTION, ...defined(file.retention ?? {}) },
    }),
  };
}

/** An absent file counts as empty. null: the faults are added. */
function readConfigFile(env: Env, cwd: string, named: string | null, faults: string[]): ConfigFile | null {
  const name = named ?? "dunlin.yaml";
  const text = readText(resolve(cwd, name), name, named !== null, faults);
  if (text === null) return null;
  const substitute = (variable: string) => env[variable] || null;
  const parsed = parseYaml(text, fileShape, { maxLength: MAX_FILE_LENGTH, substitute });
  if (parsed.ok) return parsed.value;
  faults.push(...parsed.faults.map((fault) => formatFault(name, fault)));
  return null;
}

/** An absent dunlin.yaml counts as empty. An absent file that DUNLIN_CONFIG names is a fault. */
function readText(path: string, name: string, named: boolean, faults: string[]): string | null {
  try {
    const bytes = readFileSync(path);
    const text = bytes.toString("utf8");
    if (isUtf8(bytes, text)) return text;
    faults.push(`${name}: is not UTF-8 text: save it as UTF-8`);
    return null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code === "ENOENT" && !named) return "";
    const known: Record<string, string> = {
      ENOENT: "does not exist",
      EISDIR: "is a directory, not a file",
      EACCES: "this user may not read it",
    };
    faults.push(`${named ? "DUNLIN_CONFIG: " : ""}${name}: ${known[code] ?? `cannot be read (${code})`}`);
    return null;
  }
}

function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
