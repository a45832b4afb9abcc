/** Whether a channel works, from what is known of it. */
import type { SetupLine } from "./setup.ts";

export type ChannelFacts = {
  readonly paused: boolean;
  /** Its provider does not answer. */
  readonly down: boolean;
  /** As the last check judged its set-up. */
  readonly lines: readonly Pick<SetupLine, "level">[];
  /** The attempts of the last hour that have an outcome; of these failed, or may have failed. */
  readonly recent: { readonly attempts: number; readonly failed: number };
};

export const HEALTHS = ["healthy", "failing", "paused"] as const;
export type Health = (typeof HEALTHS)[number];

/** Fewer failures may be those of some addresses. */
const FEW = 5;

/** A pause goes before a failure: nothing is sent, whatever the provider would say. */
export function judgeHealth({ paused, down, lines, recent }: ChannelFacts): Health {
  if (paused) return "paused";
  const mostFail = recent.failed >= FEW && recent.failed * 2 > recent.attempts;
  return down || mostFail || lines.some(({ level }) => level === "fault") ? "failing" : "healthy";
}
