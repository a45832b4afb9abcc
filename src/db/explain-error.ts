/** Errors of the database in one line for people: what failed, where, and what to do. */
import { isOutage, rootOf } from "../postgres/outage.ts";

/** Whether PostgreSQL is at fault and not Dunlin: it is away, refuses, or lacks what it needs. */
export const isDbOutage = (error: unknown): boolean => isOutage(rootOf(error));

/** Never holds a password. `url`: where the database is, if the error does not say it. */
export function explainDbError(error: unknown, url?: string): string {
  const fault = rootOf(error);
  const code = textOf(fault, "code");
  const at = addressOf(fault, url);
  const message = textOf(fault, "message");
  const known = explainCode(code, at, message);
  if (known) return oneLine(known);
  return oneLine(`PostgreSQL${at ? ` at ${at}` : ""}: ${message || code || String(error)}`);
}

function explainCode(code: string, at: string, message: string): string | undefined {
  const where = at ? ` at ${at}` : "";
  switch (code) {
    case "ECONNREFUSED":
      return `PostgreSQL is not reachable${where} (connection refused): start it, or correct DATABASE_URL`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `PostgreSQL host${at ? ` ${at}` : ""} cannot be resolved (${code}): correct DATABASE_URL or DNS`;
    case "CONNECT_TIMEOUT":
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return `PostgreSQL is not reachable${where} (${code}): check network and firewall, or correct DATABASE_URL`;
    case "ECONNRESET":
    case "EPIPE":
    case "CONNECTION_CLOSED":
    case "CONNECTION_DESTROYED":
    case "57P01":
    case "57P02":
      return `PostgreSQL${where} closed the connection: check whether it was restarted or stopped`;
    case "57P03":
      return `PostgreSQL${where} is starting up or shutting down: try again in a moment`;
    case "CONNECTION_SILENT":
      return `PostgreSQL${where} does not answer (${message}): check the server and the network`;
    case "SSL_NOT_OFFERED":
      return `PostgreSQL${where} does not offer TLS, which sslmode in the URL asks for: turn on ssl there, or use sslmode=prefer or disable`;
    case "28P01":
    case "28000":
      if (/no encryption/.test(message))
        return `PostgreSQL${where} refused a connection without TLS (${message}): add sslmode=require to the URL`;
      if (/SSL (on|encryption)/.test(message))
        return `PostgreSQL${where} refused a connection over TLS (${message}): use sslmode=disable in the URL`;
      return `PostgreSQL${where} refused the login (${message}): correct user and password in DATABASE_URL`;
    case "3D000":
      return `PostgreSQL${where}: ${message}: create it (createdb), or correct DATABASE_URL`;
    case "42501":
      return `PostgreSQL${where}: ${message}: grant this right to the user of DATABASE_URL`;
    case "53300":
      return `PostgreSQL${where} has no connection left: raise max_connections or run fewer processes`;
    case "53100":
      return `PostgreSQL${where} has no disk space left (${message}): free some`;
    case "55P03":
      return `PostgreSQL${where}: another session holds a lock for too long (${message}): look for a process that was stopped`;
    case "57014":
      return `PostgreSQL${where} cancelled a statement (${message})`;
    case "25006":
      return `PostgreSQL${where} is read-only (a standby?): point DATABASE_URL to the primary`;
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
      return `PostgreSQL${where}: its TLS certificate is not trusted (${code}): name its root certificate with sslrootcert in the URL`;
    case "CERT_HAS_EXPIRED":
    case "CERT_NOT_YET_VALID":
      return `PostgreSQL${where}: its TLS certificate is not valid now (${code}): renew it, and check the clock of this machine`;
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `PostgreSQL${where}: its TLS certificate is for another host (${message}): correct the host in the URL, or use sslmode=verify-ca`;
    case "ERR_SSL_WRONG_VERSION_NUMBER":
    case "SSL_HANDSHAKE":
    case "EPROTO":
      return `PostgreSQL${where}: the TLS handshake failed (${message || code}): correct sslmode in the URL`;
    default:
      return undefined;
  }
}

function addressOf(fault: unknown, url: string | undefined): string {
  const host = textOf(fault, "address") || textOf(fault, "hostname");
  const port = textOf(fault, "port");
  if (host) return host.includes(":") ? `[${host}]:${port}` : port ? `${host}:${port}` : host;
  try {
    const parsed = new URL(url ?? "");
    return `${parsed.hostname}:${parsed.port || "5432"}`;
  } catch {
    return "";
  }
}

function textOf(from: unknown, key: string): string {
  if (typeof from !== "object" || from === null) return "";
  const value: unknown = Reflect.get(from, key);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function oneLine(text: string): string {
  return text.replace(/([a-z][\w+.-]*:\/\/[^\s:@/]*):\S*@/gi, "$1:***@").replace(/\s*[\r\n]+\s*/g, " ");
}
