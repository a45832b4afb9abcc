/** The readers of receipts: one line a provider that reports any. */
import type { ReceiptReader } from "../core/seams/receipt.ts";
import type { ChannelConfig, ChannelConfigOf, ChannelProvider } from "../providers/all.ts";
import { aliyunReceipts } from "./aliyun-sms/receipt.ts";
import { tencentReceipts } from "./tencent-sms/receipt.ts";
import { twilioReceipts } from "./twilio-sms/receipt.ts";
import { webhookReceipts } from "./webhook/receipt.ts";
import { wechatReceipts } from "./wechat/receipt.ts";
import { whatsappReceipts } from "./whatsapp/receipt.ts";

/** A text: the settings that the channel lacks, without which no receipt can be verified. */
type Reads<Name extends ChannelProvider> = (
  config: ChannelConfigOf<Name>,
  publicUrl: string | null,
) => ReceiptReader | string;

const READERS: { readonly [Name in ChannelProvider]?: Reads<Name> } = {
  webhook: ({ settings: { secret } }) => (secret === undefined ? "secret" : webhookReceipts(secret)),
  "aliyun-sms": ({ settings: { receiptToken } }) =>
    receiptToken === undefined ? "receiptToken" : aliyunReceipts(receiptToken),
  "tencent-sms": ({ settings: { receiptToken } }) =>
    receiptToken === undefined ? "receiptToken" : tencentReceipts(receiptToken),
  "twilio-sms": ({ settings }, publicUrl) => twilioReceipts({ authToken: settings.authToken, publicUrl }),
  wechat: ({ settings: { token } }) => (token === undefined ? "token" : wechatReceipts(token)),
  whatsapp: ({ settings: { appSecret, verifyToken } }) =>
    appSecret === undefined || verifyToken === undefined
      ? "appSecret and verifyToken"
      : whatsappReceipts({ appSecret, verifyToken }),
};

export type ReceiptChannel =
  | { readonly kind: "reads"; readonly reader: ReceiptReader }
  /** Its provider reports nothing. */
  | { readonly kind: "none" }
  /** The settings that it lacks, like `receiptToken`. */
  | { readonly kind: "unset"; readonly setting: string };

/** By the name of the channel. */
export function openReceipts(
  configs: readonly ChannelConfig[],
  publicUrl: string | null,
): ReadonlyMap<string, ReceiptChannel> {
  return new Map(configs.map((config) => [config.name, receiptChannel(config.provider, config, publicUrl)]));
}

function receiptChannel<Name extends ChannelProvider>(
  provider: Name,
  config: ChannelConfigOf<Name>,
  publicUrl: string | null,
): ReceiptChannel {
  const read: Reads<Name> | undefined = READERS[provider];
  if (read === undefined) return { kind: "none" };
  const reader = read(config, publicUrl);
  return typeof reader === "string" ? { kind: "unset", setting: reader } : { kind: "reads", reader };
}

/** The channels whose receipts name messages by the provider's ids. */
export function namedByMessageId(channels: ReadonlyMap<string, ReceiptChannel>): ReadonlySet<string> {
  const named = [...channels].filter(([, channel]) => channel.kind === "reads" && channel.reader.byMessageId);
  return new Set(named.map(([name]) => name));
}
