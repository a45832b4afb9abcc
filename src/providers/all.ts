/** The list of providers. A name here that has `settings` needs its line in `src/channels/registry.ts`: the compiler says so. */
import type { z } from "zod";
import type { ChannelTerms } from "../core/seams/channel.ts";
import type { ContactKind } from "../core/values/policy.ts";
import { aliyunSms } from "./aliyun-sms.ts";
import { consoleProvider } from "./console.ts";
import { desk } from "./desk.ts";
import type { ApprovedTemplates, Provider } from "./provider.ts";
import { carriersAbroadRefuse, carriersRefuse, chatRefuses } from "./refused/lists.ts";
import type { Refusals } from "./refused/refusals.ts";
import { smtp } from "./smtp.ts";
import { tencentSms } from "./tencent-sms.ts";
import { twilioSms } from "./twilio-sms.ts";
import { webhook } from "./webhook.ts";
import { wechat } from "./wechat.ts";
import { whatsapp } from "./whatsapp.ts";

const ALL = [consoleProvider, webhook, aliyunSms, tencentSms, twilioSms, whatsapp, wechat, smtp, desk] as const;

type Listed = (typeof ALL)[number];
type WithChannel = Extract<Listed, { readonly settings: object }>;

/** The providers that a channel can have. */
export type ChannelProvider = WithChannel["name"];

type Settings<Name extends ChannelProvider> = z.output<
  z.ZodObject<Extract<WithChannel, { readonly name: Name }>["settings"]>
>;
/** A channel of this provider as it is configured; `openChannels` opens it. */
export type ChannelConfigOf<Name extends ChannelProvider> = ChannelTerms & {
  readonly provider: Name;
  readonly settings: Settings<Name>;
};
export type ChannelConfig = { [Name in ChannelProvider]: ChannelConfigOf<Name> }[ChannelProvider];

export const providers: readonly Provider[] = ALL;
export const channelProviders: readonly ChannelProvider[] = ALL.flatMap((provider) =>
  provider.settings === null ? [] : [provider.name],
);

export function providerOf(name: string): Provider | null {
  return providers.find((provider) => provider.name === name) ?? null;
}

/**
 * The contacts that a channel takes, the preferred one first. Its provider decides, else its name: `chat` takes any handle, another name the
 * handle of that kind.
 */
export function contactsOf(channel: string, provider: string): readonly ContactKind[] {
  const own = providerOf(provider)?.contacts ?? null;
  if (own !== null) return own;
  if (/whatsapp/i.test(channel)) return whatsapp.contacts;
  if (/sms|voice/i.test(channel)) return ["phone"];
  if (/^e-?mail/i.test(channel)) return ["email"];
  return [channel === "chat" ? "chat" : `chat.${channel}`];
}

/** Whether steps need a text for this channel. */
export const needsText = ({ provider }: { readonly provider: string }): boolean =>
  providerOf(provider)?.asTask !== true;

type NamedChannel = { readonly name: string; readonly provider: string; readonly contacts: readonly ContactKind[] };

/** Whether a channel sends SMS. A phone is also reached by WhatsApp and by voice, which have no segments. */
export function sendsSms({ name, provider, contacts }: NamedChannel): boolean {
  if (!contacts.includes("phone")) return false;
  return providerOf(provider)?.sms ?? (/sms/i.test(name) || !/whatsapp|voice/i.test(name));
}

/** Whether an SMS in this locale passes through the review of mainland China: by its provider, or because it is in Chinese. */
export function reviewedInMainland(channel: NamedChannel, locale: string): boolean {
  return sendsSms(channel) && (providerOf(channel.provider)?.mainland === true || /^zh\b/i.test(locale));
}

/** The words and links that the channel refuses in texts of this locale; null: none are known. */
export function refusalsOf(channel: NamedChannel, locale: string): Refusals | null {
  const provider = providerOf(channel.provider);
  const [sms, chinese] = [sendsSms(channel), /^zh\b/i.test(locale)];
  // A Chinese SMS goes through mainland carriers, also from a provider abroad.
  if (sms && chinese && provider?.mainland !== true) return carriersRefuse;
  return provider?.refuses ?? (sms ? carriersAbroadRefuse : chinese ? chatRefuses : null);
}

/** Every kind of approved template that the front matter of a text can name. */
export const approvedTemplates: readonly ApprovedTemplates[] = providers.flatMap(({ approved }) => approved ?? []);
