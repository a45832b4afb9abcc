/** On which channels a reminder may go: those of its step in their order, then what these name as fallback. */
import type { Channel } from "../core/seams/channel.ts";
import type { Step } from "../core/values/policy.ts";

/** This one, and what is left after it; of one that the step no longer has, all. */
export function channelsFrom(channels: ReadonlyMap<string, Channel>, step: Step, channel: string): readonly string[] {
  const order = [...step.channels];
  for (const name of order) {
    const fallback = channels.get(name)?.fallback ?? null;
    if (fallback !== null && !order.includes(fallback)) order.push(fallback);
  }
  const at = order.indexOf(channel);
  return at < 0 ? [channel, ...order] : order.slice(at);
}
