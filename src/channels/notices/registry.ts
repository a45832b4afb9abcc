/** The chats of the shop's staff: a file a provider, and one line here. */
import type { Notifier } from "../../core/seams/notifier.ts";
import type { NoticeConfig, NoticeConfigOf, NoticeProviderName } from "../../providers/notices/all.ts";
import { openDingtalk } from "./dingtalk.ts";
import { openFeishu } from "./feishu.ts";
import type { NotifierDeps, OpenNotifier } from "./notifier.ts";
import { openSlack } from "./slack.ts";
import { openWebhookNotices } from "./webhook.ts";
import { openWecom } from "./wecom.ts";

const OPEN: { readonly [Name in NoticeProviderName]: OpenNotifier<Name> } = {
  dingtalk: openDingtalk,
  wecom: openWecom,
  feishu: openFeishu,
  slack: openSlack,
  webhook: openWebhookNotices,
};

/** By name. Nothing is connected yet. Never throws: dunlin.yaml was checked when it was read. */
export function openNotifiers(configs: readonly NoticeConfig[], deps: NotifierDeps = {}): Map<string, Notifier> {
  return new Map(configs.map((config) => [config.name, openNotifier(config.provider, config, deps)]));
}

/** `config` is of this provider. */
function openNotifier<Name extends NoticeProviderName>(
  provider: Name,
  config: NoticeConfigOf<Name>,
  deps: NotifierDeps,
): Notifier {
  return OPEN[provider](config, deps);
}
