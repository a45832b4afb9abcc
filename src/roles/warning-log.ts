/** Logs warnings of intake as counts by code: a shop may send one with every order, and each is in the answer and in `explain`. */
import type { Logger } from "pino";
import type { Intake } from "../intake/intake.ts";

const EVERY_MS = 60_000;

/** The same intake; logs at the first warning, and then at most once a minute. */
export function withWarningLog(
  intake: Intake,
  { log, source, now = Date.now }: { readonly log: Pick<Logger, "warn">; readonly source: string; now?: () => number },
): Intake {
  const counts = new Map<string, number>();
  let loggedAt = Number.NEGATIVE_INFINITY;
  return {
    get pending() {
      return intake.pending;
    },
    async submit(inputs) {
      const report = await intake.submit(inputs);
      for (const { code } of report.warnings) counts.set(code, (counts.get(code) ?? 0) + 1);
      if (counts.size > 0 && now() - loggedAt >= EVERY_MS) {
        loggedAt = now();
        log.warn({ source, warnings: Object.fromEntries(counts) }, "events were taken in with warnings");
        counts.clear();
      }
      return report;
    },
  };
}
