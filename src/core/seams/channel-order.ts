/** The order in which a reminder tries channels: those of its step, then the fallbacks that these name. */
import type { Step } from "../values/policy.ts";
import type { Channel } from "./channel.ts";

/** The channel and the ones to try after it. If the step no longer has the channel, all of the step's follow it. */
export function channelsFrom(
  channels: ReadonlyMap<string, Pick<Channel, "fallback">>,
  step: Pick<Step, "channels">,
  channel: string,
): readonly string[] {
  const order = [...step.channels];
  for (const name of order) {
    const fallback = channels.get(name)?.fallback ?? null;
    if (fallback !== null && !order.includes(fallback)) order.push(fallback);
  }
  const at = order.indexOf(channel);
  return at < 0 ? [channel, ...order] : order.slice(at);
}
