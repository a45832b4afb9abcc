/** Asks a PostgreSQL server, over a short connection, what the pools must know about it. */
import pg from "pg";
import { openSocket, SslError } from "./socket.ts";
import { DatabaseUrlError, type Ssl, splitSsl } from "./ssl.ts";

export type ServerFacts = {
  /** Without the parameters of TLS, which are in `ssl`. */
  readonly url: string;
  readonly ssl: Ssl;
  /** `server_version_num`, such as 150004. */
  readonly version: number;
  /**
   * `session`: what a session sets stays. `transaction`: a pooler lends a session for one transaction. `statement`: for one statement.
   */
  readonly pooling: "session" | "transaction" | "statement";
  /** Whether nothing stands in between that answers for the server. */
  readonly direct: boolean;
  /** The same for all ways that lead to one database, until that server starts again. */
  readonly identity: string;
};

const LIMIT_MS = 10_000;
/** A pooler that takes its sessions in turn needs some looks before one is seen twice. */
const LOOKS = 40;
/** invalid_authorization_specification: also when the server refuses connections without TLS, or with it. */
const REFUSED = "28000";

/** Rejects with DatabaseUrlError, SslError or an error of the driver. */
export async function reachServer(text: string): Promise<ServerFacts> {
  const { url, ssl } = splitSsl(text);
  if (!URL.canParse(url)) throw new DatabaseUrlError("not a PostgreSQL URL");
  const agreed = await agree(url, ssl);
  const first = await open(url, agreed);
  try {
    const { version, own, identity } = await ask(first);
    // Each server process tells its id at the start. A pooler makes one up.
    const direct = own === Reflect.get(first, "processID");
    const pooling = direct ? "session" : await poolingOf(first, () => open(url, agreed));
    return { url, ssl: agreed, version, pooling, direct, identity };
  } finally {
    await first.end();
  }
}

/** For pg, which knows no `prefer` and no `allow`: what was agreed with the server at the start. */
export function sslForPg({ mode, options }: Ssl): false | Ssl["options"] {
  return mode === "disable" ? false : options;
}

/** Decides `prefer` and `allow`; the other modes leave no choice. */
async function agree(url: string, ssl: Ssl): Promise<Ssl> {
  if (ssl.mode === "disable") return ssl;
  const none: Ssl = { mode: "disable", direct: false, options: {} };
  const always: Ssl = { ...ssl, mode: "require" };
  if (ssl.mode === "allow") return (await refuses(url, none)) ? always : none;
  const { hostname, port } = new URL(url);
  const host = decodeURIComponent(hostname).replace(/^\[(.*)\]$/, "$1") || "localhost";
  if (host.startsWith("/")) return none;
  try {
    const socket = await openSocket(
      { host, port: Number(port || 5432) },
      ssl.mode === "prefer" ? always : ssl,
      LIMIT_MS,
    );
    socket.destroy();
  } catch (error) {
    if (ssl.mode === "prefer" && error instanceof SslError) return none;
    throw error;
  }
  if (ssl.mode !== "prefer") return ssl;
  return (await refuses(url, always)) ? none : always;
}

async function refuses(url: string, ssl: Ssl): Promise<boolean> {
  try {
    await (await open(url, ssl)).end();
    return false;
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, "code") === REFUSED) return true;
    throw error;
  }
}

async function open(url: string, ssl: Ssl): Promise<pg.Client> {
  // Nothing that a pooler would refuse: it knows only few of the parameters of a session.
  const client = new pg.Client({
    connectionString: url,
    ssl: sslForPg(ssl),
    application_name: "dunlin",
    connectionTimeoutMillis: LIMIT_MS,
    query_timeout: LIMIT_MS,
  });
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    // Without this the socket of a connect that timed out stays.
    void client.end().catch(() => {});
    throw withCode(error);
  }
  return client;
}

/** Some errors of pg have no code, by which they would be known as errors of the database. */
function withCode(error: unknown): unknown {
  if (!(error instanceof Error) || "code" in error || "errors" in error) return error;
  return Object.assign(error, { code: /timeout/.test(error.message) ? "CONNECT_TIMEOUT" : "CONNECTION_REFUSED" });
}

type Answer = { readonly version: number; readonly own: number; readonly identity: string };

async function ask(client: pg.Client): Promise<Answer> {
  const { rows } = await client.query<Answer>(
    `select current_setting('server_version_num')::int as version, pg_backend_pid() as own,
      (select oid from pg_database where datname = current_database()) || ' ' || pg_postmaster_start_time() as identity`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error("the server did not say who it is");
  return row;
}

/** With two clients: in a session of its own, a client never meets the server process of another. */
async function poolingOf(one: pg.Client, openOther: () => Promise<pg.Client>): Promise<ServerFacts["pooling"]> {
  const other = await openOther();
  try {
    const seen = new Set<number>();
    for (let look = 0; look < LOOKS; look++) {
      seen.add((await ask(one)).own);
      const { own } = await ask(other);
      if (seen.size > 1 || seen.has(own)) return (await takesTransactions(one)) ? "transaction" : "statement";
    }
    return "session";
  } finally {
    await other.end();
  }
}

async function takesTransactions(client: pg.Client): Promise<boolean> {
  try {
    await client.query("begin");
    await client.query("rollback");
    return true;
  } catch {
    return false;
  }
}
