/** The health of channels: from their last attempts, outages that a process sees now, and the hourly check of the set-up. */
import { judgeHealth } from "../../core/notices/channel-health.ts";
import { decimalCost } from "../../core/values/money.ts";
import type { Sql } from "../../db/client.ts";
import { readOutages } from "../../db/stores/dispatch/outage-store.ts";
import { readAttempts } from "../../db/stores/notices/attempt-store.ts";
import { type ChannelState, readStates } from "../../db/stores/notices/fact-store.ts";
import { written } from "./list.ts";

/** In the shape of answers, by the name of the channel. */
export async function readHealth(sql: Sql) {
  const [attempts, outages, states] = await Promise.all([readAttempts(sql), readOutages(sql), readStates(sql)]);
  return (channel: string, paused: boolean) => {
    const outage = outages.find((each) => each.channel === channel);
    const tried = attempts.find((each) => each.channel === channel);
    const state = states.find((each) => each.channel === channel);
    const recent = { attempts: tried?.attempts ?? 0, failed: tried?.failed ?? 0 };
    const health = judgeHealth({ paused, down: outage !== undefined, lines: state?.lines ?? [], recent });
    return {
      health,
      down: outage === undefined ? null : { since: written(outage.since), code: outage.code },
      setup: state === undefined ? null : setupOf(state),
      recent,
      lastFailure:
        tried === undefined || tried.failedAt === null
          ? null
          : { at: written(tried.failedAt), code: tried.code, meaning: tried.message },
    };
  };
}

function setupOf({ checkedAt, findings, lines }: ChannelState & { readonly checkedAt: number }) {
  const money = findings.find(({ about }) => about === "balance");
  const bought = findings.find(({ about }) => about === "package");
  return {
    askedAt: written(checkedAt),
    balance: money?.about === "balance" ? decimalCost(money) : null,
    segments: bought?.about === "package" ? { left: bought.left, bought: bought.bought } : null,
    lines: lines.map(({ about, level, text }) => ({ about, level, text })),
  };
}
