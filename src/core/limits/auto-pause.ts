/** When a channel or campaign pauses itself: too much of what it sent was refused, went to addresses that do not exist, or made buyers opt out. Pure. */
import { formatDuration } from "../values/duration.ts";
import type { PauseWhen } from "../values/policy.ts";

/** The sends of a part within the time that counts, and how many of them ended so. */
export type Tally = {
  readonly sends: number;
  readonly rejected: number;
  readonly invalid: number;
  readonly optOuts: number;
};

export type WhyPaused = { readonly code: "rejected" | "invalid" | "opt_out"; readonly message: string };

/** null: it goes on. */
export function whyPause(tally: Tally, when: PauseWhen): WhyPaused | null {
  const { sends } = tally;
  if (sends < when.atLeast) return null;
  const over = (count: number, share: number): boolean => count > share * sends;
  const said = (count: number, what: string, key: string, share: number): string =>
    `${count} of ${sends} messages within ${formatDuration(when.within)} ${what}: ${percent(count / sends)}, and pauseWhen.${key} is ${percent(share)}`;
  if (over(tally.optOuts, when.optOut))
    return { code: "opt_out", message: said(tally.optOuts, "made a buyer opt out", "optOut", when.optOut) };
  if (over(tally.invalid, when.invalid))
    return {
      code: "invalid",
      message: said(tally.invalid, "went to addresses that do not exist", "invalid", when.invalid),
    };
  if (over(tally.rejected, when.rejected))
    return {
      code: "rejected",
      message: said(tally.rejected, "were refused or not delivered", "rejected", when.rejected),
    };
  return null;
}

const percent = (share: number): string => `${Number((share * 100).toFixed(1))}%`;
