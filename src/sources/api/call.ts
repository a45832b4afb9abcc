/**
 * One call to a platform's API: JSON in, JSON out, with ids exact. A fault names the host and never the path, the query or the body: they
 * hold secrets and people.
 */
import { Agent } from "undici";
import { parseExact } from "../../core/text/exact-json.ts";
import { httpDate, retryAfterMs } from "../../core/text/retry-after.ts";
import { PlatformFault } from "../client.ts";

export type ApiRequest = {
  readonly method?: "GET" | "POST";
  /** With the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** The database's clock: for a `Retry-After` that is a date. */
  readonly now: number;
};

export type ApiAnswer = {
  /** Parsed with exact ids. */
  readonly json: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The platform's clock; null: the answer does not say. */
  readonly platformNow: number | null;
};

export type Api = {
  call(request: ApiRequest): Promise<ApiAnswer>;
  /** The platform's clock minus the database's, as the last answer showed it, ms; 0 up to a minute. */
  ahead(): number;
  close(): Promise<void>;
};

const TIMEOUT_MS = 15_000;
/** A page of a hundred orders with all their items has about one. */
const MAX_BODY = 32_000_000;
const CONNECTIONS = 8;
/** A `Date` is whole seconds, and `now` is the time at which the poll began. */
const SAME_CLOCK_MS = 60_000;

/** `base`: the URL of dunlin.yaml; its path comes before that of each request. */
export function openApi(base: string): Api {
  const url = new URL(base);
  const prefix = url.pathname.replace(/\/+$/, "");
  const agent = new Agent({ connections: CONNECTIONS, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  let ahead = 0;
  const fault = (code: PlatformFault["code"], text: string, wait: number | null = null) =>
    new PlatformFault(code, `${url.host} ${text}`, wait);

  async function call({ method = "GET", path, headers = {}, body, signal, now }: ApiRequest): Promise<ApiAnswer> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    try {
      const answer = await agent.request({
        origin: url.origin,
        path: `${prefix}${path}`,
        method,
        headers: { accept: "application/json", "user-agent": "dunlin", ...headers },
        signal: limit,
        ...(body === undefined ? {} : { body }),
      });
      const bytes = await readWhole(answer.body);
      const { statusCode: status, headers: answered } = answer;
      const wait = retryAfterMs(answered, now);
      const platformNow = typeof answered.date === "string" ? httpDate(answered.date.trim()) : null;
      if (platformNow !== null) ahead = Math.abs(platformNow - now) > SAME_CLOCK_MS ? platformNow - now : 0;
      if (status === 429 || (status === 503 && wait !== null))
        throw fault("rate_limited", "allows no more calls for now", wait);
      if (status === 401 || status === 403)
        throw fault("unauthorized", `answered ${status}: the credentials are wrong, withdrawn, or may not read orders`);
      if (status >= 500) throw fault("unreachable", `answered ${status}`, wait);
      if (status < 200 || status >= 300)
        throw fault("bad_answer", `answered ${status}: is its url in dunlin.yaml right?`);
      if (bytes === null) throw fault("bad_answer", `answered more than ${MAX_BODY} bytes`);
      const json = parseExact(bytes);
      if (json === null) throw fault("bad_answer", wrongBody(bytes));
      return { json, headers: answered, platformNow };
    } catch (error) {
      if (error instanceof PlatformFault) throw error;
      if (signal.aborted) throw signal.reason;
      throw fault("unreachable", whyNot(error, limit.aborted));
    }
  }

  return { call, ahead: () => ahead, close: () => agent.close() };
}

/** null: longer than MAX_BODY. */
async function readWhole(body: AsyncIterable<Buffer>): Promise<Buffer | null> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > MAX_BODY) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}

/** A maintenance page, a login page, or an answer that was cut. */
function wrongBody(bytes: Buffer): string {
  const start = bytes.toString("latin1", 0, 200).trimStart();
  if (start.startsWith("<")) return "answered HTML in place of JSON: a page for maintenance or sign-in?";
  return start === "" ? "answered nothing" : "answered no whole JSON: it was cut off?";
}

function whyNot(error: unknown, timedOut: boolean): string {
  if (timedOut) return `did not answer within ${TIMEOUT_MS / 1000} s`;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: "refused the connection",
    ENOTFOUND: "is no known host name",
    EAI_AGAIN: "could not be looked up",
    UND_ERR_SOCKET: "cut the connection before the end of its answer",
    ECONNRESET: "cut the connection before the end of its answer",
  };
  return known[code] ?? `could not be asked (${code || "no code"})`;
}
