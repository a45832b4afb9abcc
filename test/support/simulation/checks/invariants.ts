/** The invariants, in the words of a report. They hold whatever happens. */
import { Violation } from "../world/trace.ts";

export const INVARIANTS = {
  silence: "paid means silence",
  twice: "never twice",
  close: "never after close",
  lost: "nothing is lost",
  order: "the order of arrival does not matter",
  reason: "every reason is true",
  sums: "the sums add up",
  limits: "cap, gap and repetition hold",
  quiet: "quiet hours hold",
  alone: "nobody who is to be left alone gets a message",
  prompt: "what is due is decided soon",
} as const;
export type Invariant = keyof typeof INVARIANTS;

export function fail(invariant: Invariant, buyer: string | null, message: string): never {
  throw new Violation(INVARIANTS[invariant], buyer, message);
}
