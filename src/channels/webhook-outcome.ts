/**
 * What an answer, or the lack of one, means for a message. Once the request may have left, only a status line decides; without
 * one nobody knows what became of the message. Texts are ours alone: a provider's words could repeat address or text.
 */
import type { SendOutcome } from "../core/seams/channel.ts";

/** Bodies above this are not read to the end. */
export const MAX_BODY = 64 * 1024;

const MAX_RETRY_AFTER_MS = 7 * 86_400_000;

const ACCEPTED: SendOutcome = { kind: "accepted", messageId: null, segments: null };

/** A 2xx answer. The body is optional: whatever is wrong with it, the message is accepted. */
export function accepted(chunks: readonly Buffer[]): SendOutcome {
  if (chunks.length === 0) return ACCEPTED;
  const body = parse(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
  if (body === null) return ACCEPTED;
  const { messageId, segments } = body;
  const id = typeof messageId === "number" ? String(messageId) : messageId;
  return {
    kind: "accepted",
    messageId: typeof id === "string" && id !== "" && id.length <= 200 ? id : null,
    segments: Number.isInteger(segments) && Number(segments) > 0 && Number(segments) <= 1000 ? Number(segments) : null,
  };
}

/** Any final status but 2xx; `now` is epoch ms. */
export function refused(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: number,
): SendOutcome {
  const code = `http_${status}`;
  if (status === 408 || status === 429 || (status >= 500 && status < 600)) {
    const message = `the provider answered ${status}; the message was not taken`;
    return {
      kind: "failed-transient",
      code,
      message,
      retryAfterMs: retryAfterMs(headers["retry-after"], headers.date, now),
    };
  }
  if (status >= 300 && status < 400)
    return permanent(
      code,
      `the provider answered ${status}, a redirect, which is not followed: set the channel's url to where it leads`,
    );
  if (status === 401 || status === 403)
    return permanent(code, `the provider answered ${status}: it does not accept the channel's secret or headers`);
  if (status === 404 || status === 405)
    return permanent(code, `the provider answered ${status}: the channel's url is not one that takes messages`);
  if (status >= 400 && status < 500)
    return permanent(code, `the provider answered ${status}: it will not take this message`);
  return unknown("bad_answer", `the provider answered with the status ${status}, which means nothing`);
}

/** No connection could be made, or the message was still waiting for one: nothing left. */
export function neverLeft(error: Error): SendOutcome {
  const told = codeOf(error);
  const transient = (code: string, message: string): SendOutcome => ({
    kind: "failed-transient",
    code,
    message: `${message}; nothing was sent`,
    retryAfterMs: null,
  });
  if (told === "ECONNREFUSED") return transient("connection_refused", "the provider refused the connection");
  if (told === "ENOTFOUND" || told === "EAI_AGAIN")
    return transient("dns", `the provider's name could not be resolved (${told})`);
  if (told === "UND_ERR_CONNECT_TIMEOUT" || told === "ETIMEDOUT")
    return transient("connect_timeout", "the provider took no connection in time");
  if (told === "UND_ERR_CLOSED" || told === "UND_ERR_DESTROYED") return transient("closed", "the channel is closed");
  if (told === "UND_ERR_INVALID_ARG") return permanent("bad_request", "the message cannot be put into an HTTP request");
  return transient("connect_failed", `no connection to the provider (${told})`);
}

/** Waited for a free connection for too long: given back while there is time to try again. */
export const NOT_IN_TIME: SendOutcome = {
  kind: "failed-transient",
  code: "no_connection_in_time",
  message: "no connection to the provider became free in time; nothing was sent",
  retryAfterMs: null,
};

export const TIMED_OUT: SendOutcome = unknown(
  "timeout",
  "the provider did not answer in time; it may have taken the message",
);

/** The request may have left and no status came back. */
export function lost(error: Error): SendOutcome {
  const told = codeOf(error);
  if (error.name === "HTTPParserError" || told.startsWith("HPE_") || told === "UND_ERR_HEADERS_OVERFLOW")
    return unknown("bad_answer", "the provider's answer is no HTTP; it may have taken the message");
  return unknown(
    "connection_lost",
    `the connection was lost before an answer (${told}); the provider may have taken the message`,
  );
}

/** Milliseconds to wait (at most seven days), or null when nothing readable was said. A date is read against the sender's own `Date`. */
export function retryAfterMs(
  header: string | string[] | undefined,
  date: string | string[] | undefined,
  now: number,
): number | null {
  if (typeof header !== "string") return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text) * 1000, MAX_RETRY_AFTER_MS);
  const at = httpDate(text);
  if (at === null) return null;
  const from = typeof date === "string" ? (httpDate(date.trim()) ?? now) : now;
  return Math.min(Math.max(at - from, 0), MAX_RETRY_AFTER_MS);
}

/** RFC 9110 §5.6.7: IMF-fixdate, RFC 850 and asctime, all in UTC. */
function httpDate(text: string): number | null {
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/.test(text)) return null;
  const ms = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(ms) ? null : ms;
}

function permanent(code: string, message: string): SendOutcome {
  return { kind: "failed-permanent", code, message };
}

function unknown(code: string, message: string): SendOutcome {
  return { kind: "unknown", code, message };
}

function codeOf(error: Error): string {
  const code = "code" in error ? error.code : undefined;
  return typeof code === "string" ? code.slice(0, 60) : error.name.slice(0, 60);
}

function parse(body: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
