import { pauseOverThresholds } from "../../campaigns/pauses/auto-pause.ts";
import { DEFAULT_PAUSE_WHEN } from "../../core/values/policy.ts";
import type { Parts } from "../role.ts";

type Needs = Pick<Parts, "config"> & {
  readonly log: { error(part: object, message: string): void; warn(fields: object, message: string): void };
  readonly database: Pick<Parts["database"], "sql">;
  readonly live: Pick<Parts["live"], "current">;
};

/** Pauses the channels of dunlin.yaml and the campaigns that run, as their `pauseWhen` says. Never rejects. */
export async function pauseByThresholds({ database, config, live, log }: Needs): Promise<void> {
  const channels = config.channels.map(({ name, pauseWhen = DEFAULT_PAUSE_WHEN }) => ({
    kind: "channel" as const,
    name,
    pauseWhen,
  }));
  const campaigns = live
    .current()
    .policy.campaigns.map(({ key, pauseWhen }) => ({ kind: "campaign" as const, name: key, pauseWhen }));
  try {
    for (const { message, ...part } of await pauseOverThresholds(database.sql, [...channels, ...campaigns]))
      log.error(part, `paused: ${message}`);
  } catch (error) {
    log.warn({ err: error }, "automatic pauses could not be decided; trying again");
  }
}
