/**
 * `sslmode` and what belongs to it in the URL of a PostgreSQL server, with libpq's meaning. Both drivers get the same answer from here,
 * because each has a meaning of its own. Without `sslmode` connections are not encrypted.
 */
import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";

const MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof MODES)[number];

export type Ssl = {
  readonly mode: SslMode;
  /** TLS without asking the server first (`sslnegotiation=direct`, PostgreSQL 17). */
  readonly direct: boolean;
  readonly options: ConnectionOptions;
};

export const NO_SSL: Ssl = { mode: "disable", direct: false, options: {} };

/** The URL, or something that it names, cannot be used. The message is one line without a password. */
export class DatabaseUrlError extends Error {
  override readonly name = "DatabaseUrlError";
}

const PARAMETERS = ["ssl", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslnegotiation"] as const;

/** The URL without these parameters, and their meaning. Reads the files that it names. Throws DatabaseUrlError. */
export function splitSsl(text: string): { readonly url: string; readonly ssl: Ssl } {
  if (!/[?&]ssl/i.test(text) || !URL.canParse(text)) return { url: text, ssl: NO_SSL };
  const url = new URL(text);
  const given = new Map<string, string>();
  for (const name of PARAMETERS) {
    const value = url.searchParams.get(name);
    if (value !== null && value !== "") given.set(name, value);
    url.searchParams.delete(name);
  }
  return { url: url.href, ssl: sslOf(given) };
}

function sslOf(given: ReadonlyMap<string, string>): Ssl {
  const root = given.get("sslrootcert");
  const system = root === "system";
  let mode = modeOf(given, system);
  // As in libpq: a root certificate that was given is used.
  if (mode === "require" && root !== undefined) mode = "verify-ca";
  const direct = given.get("sslnegotiation") === "direct";
  if (mode === "disable") return NO_SSL;
  if (direct && (mode === "allow" || mode === "prefer"))
    throw new DatabaseUrlError(`sslnegotiation=direct needs sslmode=require or stricter, not ${mode}`);
  if (mode === "verify-ca" && (root === undefined || system))
    throw new DatabaseUrlError(
      "sslmode=verify-ca needs the root certificate: add sslrootcert=<file>, or use verify-full",
    );
  const options: ConnectionOptions = {};
  if (root !== undefined && !system) options.ca = readMaterial("sslrootcert", root);
  const certificate = given.get("sslcert");
  if (certificate !== undefined) options.cert = readMaterial("sslcert", certificate);
  const key = given.get("sslkey");
  if (key !== undefined) options.key = readMaterial("sslkey", key);
  const passphrase = given.get("sslpassword");
  if (passphrase !== undefined) options.passphrase = passphrase;
  if (mode === "verify-ca") options.checkServerIdentity = () => undefined;
  else if (mode !== "verify-full") options.rejectUnauthorized = false;
  return { mode, direct, options };
}

function modeOf(given: ReadonlyMap<string, string>, system: boolean): SslMode {
  const text = given.get("sslmode") ?? given.get("ssl");
  if (text === undefined) return system || given.has("sslrootcert") ? "verify-full" : "disable";
  const known = MODES.find((mode) => mode === text);
  if (known !== undefined) return known;
  // Spellings of the drivers and of JDBC.
  if (text === "no-verify") return "require";
  if (text === "true" || text === "1") return "verify-full";
  if (text === "false" || text === "0") return "disable";
  throw new DatabaseUrlError(`sslmode=${text.slice(0, 40)} is unknown: use ${MODES.join(", ")}`);
}

function readMaterial(parameter: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    throw new DatabaseUrlError(`${parameter}: ${path} cannot be read (${code}): correct the path in the URL`);
  }
}
