/**
 * Channels: a folder a provider, and one line here. A folder holds `open` (how a message is sent), `codes` (the meaning of the provider's
 * answers) and `receipt` (its delivery receipts), as far as the provider has them. A channel keeps no state but its connections.
 */
import type { Channel, Sender } from "../core/seams/channel.ts";
import type { ChannelConfig, ChannelConfigOf, ChannelProvider } from "../providers/all.ts";
import { openAliyunSms } from "./aliyun-sms/open.ts";
import { openConsole } from "./console/open.ts";
import type { ChannelDeps, Open } from "./deps.ts";
import { openDesk } from "./desk/open.ts";
import { openSmtp } from "./smtp/open.ts";
import { openTencentSms } from "./tencent-sms/open.ts";
import { openTwilioSms } from "./twilio-sms/open.ts";
import { openWebhook } from "./webhook/open.ts";
import { openWechat } from "./wechat/open.ts";
import { openWhatsapp } from "./whatsapp/open.ts";

const OPEN: { readonly [Name in ChannelProvider]: Open<Name> } = {
  console: openConsole,
  webhook: openWebhook,
  "aliyun-sms": openAliyunSms,
  "tencent-sms": openTencentSms,
  "twilio-sms": openTwilioSms,
  whatsapp: openWhatsapp,
  wechat: openWechat,
  smtp: openSmtp,
  desk: openDesk,
};

/** Opens every configured channel, by name. Nothing is connected yet. Never throws: dunlin.yaml was checked when it was read. */
export function openChannels(configs: readonly ChannelConfig[], deps: ChannelDeps): Map<string, Channel> {
  return new Map(configs.map((config) => [config.name, openChannel(config, deps)]));
}

function openChannel(config: ChannelConfig, deps: ChannelDeps): Channel {
  const { settings: _, ...terms } = config;
  return { ...terms, ...openSender(config.provider, config, deps) };
}

/** `config` is of this provider. */
function openSender<Name extends ChannelProvider>(
  provider: Name,
  config: ChannelConfigOf<Name>,
  deps: ChannelDeps,
): Sender {
  return OPEN[provider](config, deps);
}
