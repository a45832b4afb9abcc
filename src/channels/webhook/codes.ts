/** The meaning of the answers that the public contract gives channel `webhook`. */
import type { SendOutcome } from "../../core/seams/channel.ts";
import { retryAfterMs } from "../../core/text/retry-after.ts";
import type { ReadAnswer } from "../http-client.ts";
import { permanent, transient, unknown } from "../http-outcome.ts";

const ACCEPTED: SendOutcome = { kind: "accepted", messageId: null, segments: null };

/** 5xx is transient: the receiver can drop a repetition by its `webhook-id`. */
export const readAnswer: ReadAnswer = (status, headers) => {
  if (status >= 200 && status < 300) return accepted;
  const code = `http_${status}`;
  const refused = (reason: string) => permanent(code, `the provider answered ${status}${reason}`);
  if (status === 408 || status === 429 || (status >= 500 && status < 600))
    return transient(
      code,
      `the provider answered ${status}; it did not accept the message`,
      retryAfterMs(headers, Date.now()),
    );
  if (status >= 300 && status < 400) return refused(", a redirect: set the channel's url to its target");
  if (status === 401 || status === 403) return refused(": it refuses the channel's secret or password");
  if (status === 404 || status === 405) return refused(": the channel's url does not accept messages");
  if (status >= 400 && status < 500) return refused(": it refuses this message");
  return unknown("bad_answer", `the provider answered ${status}, which is not a known status`);
};

/** The body is optional. The message is accepted, whatever is wrong with the body. */
function accepted(body: Buffer | null): SendOutcome {
  const answer = body === null || body.length === 0 ? null : parse(body);
  if (answer === null) return ACCEPTED;
  const { messageId, segments } = answer;
  const id = typeof messageId === "number" ? String(messageId) : messageId;
  return {
    kind: "accepted",
    messageId: typeof id === "string" && id !== "" && id.length <= 200 ? id : null,
    segments: Number.isInteger(segments) && Number(segments) > 0 && Number(segments) <= 1000 ? Number(segments) : null,
  };
}

function parse(body: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
