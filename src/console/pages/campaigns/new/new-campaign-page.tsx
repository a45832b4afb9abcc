/** The editor of a campaign that is not saved yet. */
import { Anchor, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { campaignQuery } from "../../../api/campaigns.ts";
import { type ChannelList, channelsQuery } from "../../../api/pauses.ts";
import { ProblemAlert } from "../../../ui/faults.tsx";
import { words } from "../../../ui/words.ts";
import { Editor, type JustSaved } from "../editor/editor.tsx";
import type { Edited } from "../editor/use-editing.ts";

const useT = words({
  en: {
    all: "Campaigns",
    title: "New campaign {key}",
    explain:
      "Not saved yet, so nothing runs. Set its match, dates and priority in campaign.yaml first: an order goes to the campaign of the highest priority that fits.",
    noChannel: "No channel is configured, so a campaign could send nothing. Add one to dunlin.yaml first.",
  },
  zh: {
    all: "活动",
    title: "新活动 {key}",
    explain:
      "尚未保存，不会运行。请先在 campaign.yaml 中设置匹配条件、日期和优先级：订单归属于匹配的活动中优先级最高的一个。",
    noChannel: "尚未配置渠道，活动无法发送消息。请先在 dunlin.yaml 中添加渠道。",
  },
});

export function NewCampaignPage() {
  const t = useT();
  const { key = "" } = useParams({ strict: false });
  const { copy } = useSearch({ strict: false });
  const navigate = useNavigate();
  const source = useQuery({ ...campaignQuery(copy ?? ""), enabled: copy !== undefined });
  const channels = useQuery({ ...channelsQuery, enabled: copy === undefined });
  const channel = channels.data?.items.find(({ provider }) => provider !== null);
  const begun = useMemo((): Edited | null => {
    if (copy !== undefined) return source.data === undefined ? null : { ...source.data, ...fresh(key) };
    return channel === undefined ? null : { ...example(channel), ...fresh(key) };
  }, [copy, source.data, channel, key]);
  const leave = (to: string, justSaved?: JustSaved) =>
    void navigate({
      to,
      replace: true,
      ignoreBlocker: true,
      ...(justSaved === undefined ? {} : { state: { justSaved } }),
    });
  return (
    <Stack>
      <div>
        <Anchor component={Link} to="/campaigns" size="sm">
          ← {t("all")}
        </Anchor>
        <Title order={1} size="h2" style={{ overflowWrap: "anywhere" }}>
          {t("title", { key })}
        </Title>
        <Text size="sm">{t("explain")}</Text>
      </div>
      {begun === null ? (
        <Waiting
          fault={copy === undefined ? channels.error : source.error}
          none={channels.data === undefined ? null : t("noChannel")}
        />
      ) : (
        <Editor
          key={`${key} ${copy ?? ""}`}
          campaign={begun}
          isNew
          onSaved={(saved) => leave(`/campaigns/${encodeURIComponent(key)}`, saved)}
          onDiscard={() => leave("/campaigns")}
        />
      )}
    </Stack>
  );
}

/** `none`: why there is nothing to begin with. */
function Waiting({ fault, none }: { readonly fault: unknown; readonly none: string | null }) {
  if (fault !== null) return <ProblemAlert error={fault} />;
  return none === null ? <Skeleton height={480} /> : <Text>{none}</Text>;
}

const fresh = (key: string) => ({
  key,
  version: 0,
  campaign: null,
  retired: false,
  createdBy: "",
  createdAt: "",
  note: null,
});

type Channel = ChannelList["items"][number];

const example = ({ name: channel, provider }: Channel) => ({
  yaml: `priority: 10
# The orders that it takes, by tags, shops or amount. Without match: all of them.
match: { tags: [d11] }
# active: { from: 2026-11-10T00:00:00+08:00, to: 2026-11-12T00:00:00+08:00 }
steps:
  - { id: nudge, at: { afterCreated: 30m }, channels: [${channel}] }
  - { id: last-call, at: { beforeClose: 30m }, channels: [${channel}] }
holdout: 10%
`,
  templates: Object.fromEntries(
    TEXTS.map(({ name, locale, subject, text }) => [
      `${name}.${channel}.${locale}.hbs`,
      provider === "smtp" ? `---\nsubject: "${subject}"\n---\n${text}` : text,
    ]),
  ),
});

const TEXTS = [
  {
    name: "nudge",
    locale: "en",
    subject: "Your order of {{total}} waits for payment",
    text: "{{shop}}: your order of {{total}} waits for payment: {{payUrl}} Reply STOP to opt out\n",
  },
  {
    name: "nudge",
    locale: "zh-CN",
    subject: "您有一笔{{total}}的订单待付款",
    text: "您在{{shop}}有一笔{{total}}的订单待付款：{{payUrl}} 拒收请回复R\n",
  },
  {
    name: "last-call",
    locale: "en",
    subject: "Your order of {{total}} closes in {{duration timeLeft}}",
    text: "{{shop}}: your order of {{total}} closes in {{duration timeLeft}}: {{payUrl}} Reply STOP to opt out\n",
  },
  {
    name: "last-call",
    locale: "zh-CN",
    subject: "您的{{total}}订单将在{{duration timeLeft}}后关闭",
    text: "您在{{shop}}的{{total}}订单将在{{duration timeLeft}}后关闭：{{payUrl}} 拒收请回复R\n",
  },
] as const;
