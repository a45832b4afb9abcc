/**
 * Counts how sends ended, by channel and campaign, for automatic pauses. The counts are written once a second, so that sends cost no statement more; a
 * process that is killed loses those of its last second.
 */
import type { SendOutcome } from "../../core/seams/channel.ts";
import { addTallies, PIECE_MS, type TallyWrite } from "../../db/stores/buyers/write/tallies.ts";
import type { DispatchDeps } from "../deps.ts";

export type SendTally = {
  /** `claimedAt`: by the database's clock. */
  note(
    send: { readonly channel: string; readonly campaign: string; readonly claimedAt: number },
    outcome: SendOutcome,
  ): void;
  settled(): Promise<void>;
};

const EVERY_MS = 1_000;

export function createSendTally({ sql, log }: Pick<DispatchDeps, "sql" | "log">): SendTally {
  const counts = new Map<string, { -readonly [Key in keyof TallyWrite]: TallyWrite[Key] }>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  function write(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const rows = [...counts.values()];
    counts.clear();
    if (rows.length === 0) return writing;
    writing = writing
      .then(async () => void (await addTallies(sql, rows)))
      .catch((error: unknown) => log.warn({ err: error }, "sends could not be counted for automatic pauses"));
    return writing;
  }

  return {
    note({ channel, campaign, claimedAt }, outcome) {
      // A send that failed for now, or met a fault of the channel, is not over.
      if (outcome.kind === "failed-transient" || outcome.kind === "channel-fault") return;
      const rejected = outcome.kind === "failed-permanent";
      const invalid = rejected && outcome.wish === "invalid";
      const at = claimedAt - (claimedAt % PIECE_MS);
      for (const [kind, name] of [["channel", channel] as const, ["campaign", campaign] as const]) {
        const key = `${kind} ${name} ${at}`;
        const row = counts.get(key) ?? { kind, name, at, sends: 0, rejected: 0, invalid: 0, optOuts: 0 };
        counts.set(key, row);
        row.sends++;
        if (rejected) row.rejected++;
        if (invalid) row.invalid++;
      }
      timer ??= setTimeout(() => void write(), EVERY_MS).unref();
    },
    settled: write,
  };
}
