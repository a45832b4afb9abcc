/**
 * Channels that are down for longer: buyers that wait for one may take the step's next channel or the fallback, and people are shown the outage
 * (`channel_outages`).
 */
import { endOutages, endWaitsFor, noteOutages } from "../../db/stores/dispatch/outage-store.ts";
import type { DispatchDeps } from "../deps.ts";
import type { Breakers } from "./breakers.ts";

export type Outages = {
  /** Called every few seconds. */
  look(): Promise<void>;
};

/** An outage is written again after so many ms: a row that nobody renews counts no more. */
const RENEW_MS = 30_000;

export function createOutages(
  { sql, channels, policy }: Pick<DispatchDeps, "sql" | "channels" | "policy">,
  breakers: Pick<Breakers, "down">,
): Outages {
  /** Channels that are down, and when that was written last. */
  const noted = new Map<string, number>();

  /** Whether a reminder of the channel may take another one. */
  const hasNext = (name: string): boolean =>
    channels.get(name)?.fallback != null ||
    policy().campaigns.some(({ steps }) =>
      steps.some((step) => step.channels.length > 1 && step.channels.includes(name)),
    );

  return {
    async look() {
      const down = breakers.down();
      const over = [...noted.keys()].filter((name) => !down.some(({ channel }) => channel === name));
      for (const name of over) noted.delete(name);
      if (over.length > 0) await endOutages(sql, over);
      const now = performance.now();
      const due = down.filter(({ channel }) => now - (noted.get(channel) ?? Number.NEGATIVE_INFINITY) >= RENEW_MS);
      if (due.length === 0) return;
      await noteOutages(sql, due);
      for (const { channel } of due) {
        const isNew = !noted.has(channel);
        noted.set(channel, now);
        if (isNew && hasNext(channel)) await endWaitsFor(sql, channel);
      }
    },
  };
}
