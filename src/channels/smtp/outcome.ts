/**
 * The outcome of a failed send. The server's words are never repeated: they hold the address. Until the server has asked for the message (354)
 * nothing was sent; after that only its answer says whether it has it.
 */
import type { SendOutcome } from "../../core/seams/channel.ts";
import { meaningOf, outcomeOf } from "../code-table.ts";
import { permanent, transient, unknown } from "../http-outcome.ts";
import { smtpCodes } from "./codes.ts";

/** As nodemailer reports it. */
export type Failure = {
  readonly code?: string | undefined;
  /** The code of the operating system. */
  readonly originalCode?: string | undefined;
  readonly command?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
};

/** The failure of a connection that is not open yet. */
export function notConnected(failure: Failure): SendOutcome {
  if (failure.responseCode !== undefined && failure.code !== "ETLS") return answered(failure, "connect");
  switch (failure.code) {
    case "EAUTH":
      return outcomeOf(smtpCodes, "no_auth", { now: 0, status: 0 });
    case "EDNS":
      return unsent("dns", "the mail server's host name was not resolved");
    case "ETIMEDOUT":
      return unsent("connect_timeout", "the connection to the mail server took too long");
  }
  if (failure.code === "ETLS" || isOfTls(failure.originalCode))
    return unsent("tls", "no TLS with the mail server: check its certificate");
  return failure.originalCode === "ECONNREFUSED"
    ? unsent("connection_refused", "the mail server refused the connection")
    : unsent("connect_failed", "no connection to the mail server");
}

/** Over smtps nodemailer reports these as failures of the socket, like `CERT_HAS_EXPIRED`. No code of the operating system has a `_`. */
const isOfTls = (code = ""): boolean => code.includes("_") || code === "EPROTO";

/** `begun`: the server had asked for the message. */
export function notSent(failure: Failure, begun: boolean): SendOutcome {
  if (failure.responseCode !== undefined) return answered(failure);
  if (failure.code === "EENVELOPE" || failure.code === "EMESSAGE")
    return permanent("bad_request", "the mail server takes no such address, or no message of this length");
  return begun
    ? unknown("connection_lost", "the connection was lost before an answer; the mail server may have taken the message")
    : unsent("connection_lost", "the connection to the mail server was lost");
}

export const unsent = (code: string, message: string): SendOutcome => transient(code, `${message}; nothing was sent`);

/** `about`: a refusal is about the whole channel. */
function answered({ command, responseCode = 0, response = "" }: Failure, about: "connect" | null = null): SendOutcome {
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] ?? "";
  const basic = String(responseCode);
  const fits = enhanced[0] === basic[0] && Object.hasOwn(smtpCodes.codes, enhanced);
  const isSender = command === "MAIL FROM" && responseCode !== 552;
  const whole = about ?? (isSender ? "from" : null);
  const listed = fits ? enhanced : basic;
  const isWhole = whole !== null && meaningOf(smtpCodes, listed)?.means === "refused";
  const code = isWhole ? `${whole}-${basic}` : listed;
  // A good answer in the wrong place.
  if (meaningOf(smtpCodes, code) === null && responseCode < 400)
    return unknown("bad_answer", "the mail server's answer is not SMTP; it may have taken the message");
  return outcomeOf(smtpCodes, code, { now: 0, status: 0 });
}
