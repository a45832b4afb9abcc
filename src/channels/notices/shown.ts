/** The answers of robots: a code in the body, whatever the status. */
import type { SendOutcome } from "../../core/seams/channel.ts";
import { type CodeTable, outcomeOf, plainCode } from "../code-table.ts";
import { BAD_ANSWER } from "../json-answer.ts";

/** The notice stands in the chat. */
export const SHOWN: SendOutcome = { kind: "accepted", messageId: null, segments: null };

/** The outcome that a robot's code means. `value`: the code as it stands in the answer; 0 when the notice is shown. */
export function robotOutcome(
  table: CodeTable,
  value: unknown,
  status: number,
  now: number,
  retryAfterMs: (code: string) => number | null,
): SendOutcome {
  const code = plainCode(value);
  if (code === "0") return SHOWN;
  if (code === "unreadable") return BAD_ANSWER;
  return outcomeOf(table, code, { now, status, retryAfterMs: retryAfterMs(code) });
}
