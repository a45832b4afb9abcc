/**
 * One HTTP request, one outcome: how every channel over HTTP sends.
 *
 * The outcome of a failed send depends on one moment: undici calls `onRequestStart` right before it writes the request to a socket. Before
 * that, nothing left, and the message may be sent again. After it, no one can tell here how much the provider received (a reset of a
 * reused connection looks the same either way): the outcome is unknown, and the message is never repeated.
 *
 * The only avoidable cause of unknown outcomes is a connection that the provider closed while it was idle. So idle connections are closed
 * early, a shorter `Keep-Alive` hint is followed with a second to spare, and undici looks for a close before it reuses a connection.
 */
import { type Dispatcher, Pool } from "undici";
import type { ChannelTerms, SendOutcome } from "../core/seams/channel.ts";
import { type Headers, lost, NOT_IN_TIME, neverLeft, noAnswer, TIMED_OUT } from "./http-outcome.ts";

/** Gunicorn closes idle connections after 2 s without a hint, Node and Uvicorn after 5 s. */
const KEEP_ALIVE_MS = 1_500;
const KEEP_ALIVE_HINT_SLACK_MS = 1_000;
const KEEP_ALIVE_HINTED_MAX_MS = 30_000;
/** A longer body is not read to its end. */
const MAX_BODY = 64 * 1024;
/** The same for a list that the provider was asked for. */
const MAX_ANSWER = 4 * 1024 * 1024;

/** `headers`: names and values in turn. */
export type HttpRequest = { readonly path: string; readonly headers: string[]; readonly body: Buffer };

/** Reads the status line: its outcome, or how the body decides. The body is null when it was cut off, too long or too late. */
export type ReadAnswer = (status: number, headers: Headers) => SendOutcome | ReadBody;
export type ReadBody = (body: Buffer | null) => SendOutcome;

/** As in `Sender`. */
export type Start = { readonly startBy: number; readonly begun: () => void };

/** A request that sends no message. */
export type HttpQuestion = {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: string[];
  readonly body: Buffer | null;
};
export type HttpAnswer =
  | { readonly ok: true; readonly status: number; readonly headers: Headers; readonly body: Buffer }
  | { readonly ok: false; readonly code: string; readonly message: string };

export type HttpClient = {
  /** Never rejects. It does not matter how far the request came. */
  ask(question: HttpQuestion): Promise<HttpAnswer>;
  /** Half of the time limit is kept for the answer. Never rejects. */
  post(request: HttpRequest, start: Start, read: ReadAnswer): Promise<SendOutcome>;
  /** Waits for the requests under way; each ends within its time limit. */
  close(): Promise<void>;
};

export function openHttp(
  origin: string,
  { timeoutMs, connections }: Pick<ChannelTerms, "timeoutMs" | "connections">,
): HttpClient {
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    connect: { timeout: Math.max(1, Math.floor(timeoutMs / 2)) },
    // The time limit of a send covers both; these would only start further timers.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveTimeoutThreshold: KEEP_ALIVE_HINT_SLACK_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_HINTED_MAX_MS,
  });
  let closed: Promise<void> | null = null;
  return {
    ask: (question) => ask(pool, question, timeoutMs),
    post: (request, start, read) => post(pool, { ...request, method: "POST" }, timeoutMs, start, read),
    close: () => {
      closed ??= pool.close();
      return closed;
    },
  };
}

async function ask(pool: Pool, question: HttpQuestion, timeoutMs: number): Promise<HttpAnswer> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const { statusCode: status, headers, body } = await pool.request({ ...question, signal });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body) {
      size += chunk.length;
      if (size > MAX_ANSWER) {
        body.destroy();
        return { ok: false, code: "bad_answer", message: "the provider's answer is too long" };
      }
      chunks.push(chunk);
    }
    return { ok: true, status, headers, body: Buffer.concat(chunks) };
  } catch (error) {
    return { ok: false, ...noAnswer(error) };
  }
}

function post(
  pool: Pool,
  request: Dispatcher.DispatchOptions,
  timeoutMs: number,
  start: Start,
  read: ReadAnswer,
): Promise<SendOutcome> {
  return new Promise((settle) => {
    const startBy = Math.min(performance.now() + timeoutMs / 2, start.startBy);
    let started: Dispatcher.DispatchController | null = null;
    /** Set while the body decides. */
    let readBody: ReadBody | null = null;
    let over = false;
    let size = 0;
    const chunks: Buffer[] = [];

    const timeOut = () => {
      if (over) return;
      over = true;
      if (started === null) return settle(NOT_IN_TIME);
      settle(readBody === null ? TIMED_OUT : readBody(null));
      started.abort(new Error("timeout"));
    };
    // After a pause of the whole process an answer may lie in the socket: it is read before the verdict.
    const timer = setTimeout(() => setImmediate(timeOut), timeoutMs);

    pool.dispatch(request, {
      onRequestStart: (controller) => {
        if (over || performance.now() > startBy) {
          settle(NOT_IN_TIME);
          over = true;
          controller.abort(new Error("too late"));
          return;
        }
        started = controller;
        start.begun();
      },
      onResponseStart: (_controller, statusCode, headers) => {
        if (statusCode < 200) return;
        const outcome = read(statusCode, headers);
        if (typeof outcome === "function") readBody = outcome;
        else settle(outcome);
      },
      onResponseData: (controller, chunk) => {
        size += chunk.length;
        if (size > MAX_BODY) {
          if (readBody !== null) settle(readBody(null));
          controller.abort(new Error("body too large"));
        } else if (readBody !== null) chunks.push(chunk);
      },
      onResponseEnd: () => {
        over = true;
        clearTimeout(timer);
        if (readBody !== null) settle(readBody(Buffer.concat(chunks)));
      },
      onResponseError: (_controller, error) => {
        over = true;
        clearTimeout(timer);
        if (readBody !== null) settle(readBody(null));
        else if (started === null) settle(neverLeft(error));
        else settle(lost(error));
      },
    });
  });
}
