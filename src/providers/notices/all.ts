/** The list of chats of staff. A name here needs its line in `src/channels/notices/registry.ts`: the compiler says so. */
import type { z } from "zod";
import { dingtalk } from "./dingtalk.ts";
import { feishu } from "./feishu.ts";
import type { NoticeProvider } from "./notice-provider.ts";
import { slack } from "./slack.ts";
import { webhookNotices } from "./webhook.ts";
import { wecom } from "./wecom.ts";

const ALL = [dingtalk, wecom, feishu, slack, webhookNotices] as const;

type Listed = (typeof ALL)[number];
export type NoticeProviderName = Listed["name"];

/** A receiver of notices as it is configured. */
export type NoticeConfigOf<Name extends NoticeProviderName> = {
  readonly name: string;
  readonly provider: Name;
  /** Whether it also gets the leaders of the desk on the hour. */
  readonly leaders: boolean;
  readonly settings: z.output<z.ZodObject<Extract<Listed, { readonly name: Name }>["settings"]>>;
};
export type NoticeConfig = { [Name in NoticeProviderName]: NoticeConfigOf<Name> }[NoticeProviderName];

export const noticeProviders: readonly NoticeProvider[] = ALL;

export function noticeProviderOf(name: string): NoticeProvider | null {
  return noticeProviders.find((provider) => provider.name === name) ?? null;
}
