/**
 * Channels: one file per provider behind `Channel`. A channel hands over one message, once, and tells as a value what became
 * of it; it keeps no state but its connections, retries nothing, and never throws for what a provider does.
 */
import { CHANNEL_PROVIDERS, type Channel, type ChannelConfig, type ChannelProvider } from "../core/seams/channel.ts";
import { openConsole } from "./console.ts";
import type { ChannelDeps } from "./deps.ts";
import { openWebhook } from "./webhook.ts";

const PROVIDERS: Readonly<Record<ChannelProvider, (config: ChannelConfig, deps: ChannelDeps) => Channel>> = {
  console: openConsole,
  webhook: openWebhook,
};

/**
 * Opens every configured channel, by name. Nothing is connected yet.
 * @throws Error naming the channel and the remedy: unknown provider, name taken twice, a setting that its provider refuses.
 */
export function openChannels(configs: readonly ChannelConfig[], deps: ChannelDeps): Map<string, Channel> {
  const channels = new Map<string, Channel>();
  for (const config of configs) {
    if (channels.has(config.name)) throw new Error(`channel ${config.name}: the name is taken twice`);
    const provider = CHANNEL_PROVIDERS.find((known) => known === config.provider);
    if (provider === undefined) {
      const known = CHANNEL_PROVIDERS.join(", ");
      throw new Error(`channel ${config.name}: unknown provider "${config.provider}"; known are ${known}`);
    }
    channels.set(config.name, PROVIDERS[provider](config, deps));
  }
  return channels;
}
