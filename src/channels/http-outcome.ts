/**
 * The outcomes that every HTTP provider shares: a request that never left, an answer that never came, a `Retry-After`. The texts are ours
 * alone: a provider's words could repeat the address or the text.
 */
import { NOT_BEGUN, type SendOutcome } from "../core/seams/channel.ts";

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

export function permanent(code: string, message: string): SendOutcome {
  return { kind: "failed-permanent", code, message };
}

export function transient(code: string, message: string, retryAfterMs: number | null = null): SendOutcome {
  return { kind: "failed-transient", code, message, retryAfterMs };
}

export function unknown(code: string, message: string): SendOutcome {
  return { kind: "unknown", code, message };
}

/** No connection was made, or the message still waited for one. */
export function neverLeft(error: Error): SendOutcome {
  const cause = codeOf(error);
  const unsent = (code: string, message: string) => transient(code, `${message}; nothing was sent`);
  if (cause === "ECONNREFUSED") return unsent("connection_refused", "the provider refused the connection");
  if (cause === "ENOTFOUND" || cause === "EAI_AGAIN")
    return unsent("dns", `the provider's host name was not resolved (${cause})`);
  if (cause === "UND_ERR_CONNECT_TIMEOUT" || cause === "ETIMEDOUT")
    return unsent("connect_timeout", "the connection to the provider took too long");
  if (cause === "UND_ERR_CLOSED" || cause === "UND_ERR_DESTROYED") return unsent("closed", "the channel is closed");
  if (cause === "UND_ERR_INVALID_ARG") return permanent("bad_request", "the message does not fit into an HTTP request");
  return unsent("connect_failed", `no connection to the provider (${cause})`);
}

/** The message waited too long for a free connection. There is still time for another attempt. */
export const NOT_IN_TIME = transient(NOT_BEGUN, "no connection to the provider became free in time; nothing was sent");

export const TIMED_OUT = unknown("timeout", "the provider did not answer in time; it may have accepted the message");

/** The request may have left, and no status came back. */
export function lost(error: Error): SendOutcome {
  const cause = codeOf(error);
  if (error.name === "HTTPParserError" || cause.startsWith("HPE_") || cause === "UND_ERR_HEADERS_OVERFLOW")
    return unknown("bad_answer", "the provider's answer is not HTTP; it may have accepted the message");
  return unknown(
    "connection_lost",
    `the connection was lost before an answer (${cause}); the provider may have accepted the message`,
  );
}

/** A question got no answer. */
export function noAnswer(error: unknown): { readonly code: string; readonly message: string } {
  const code = error instanceof Error ? codeOf(error) : "unreadable";
  if (code === "TimeoutError") return { code: "timeout", message: "the provider did not answer in time" };
  return { code: "connection_failed", message: `the provider could not be asked (${code})` };
}

function codeOf(error: Error): string {
  const code = "code" in error ? error.code : undefined;
  return typeof code === "string" ? code.slice(0, 60) : error.name.slice(0, 60);
}
