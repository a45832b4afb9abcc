/** All campaigns: which run, what each brought, and who changed it last. */
import { Code, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { overlapQuery, resultsQuery } from "../../../api/campaigns.ts";
import { campaignsQuery } from "../../../api/pauses.ts";
import { ProblemAlert } from "../../../ui/faults.tsx";
import { Loaded, Panel } from "../../../ui/parts/panel.tsx";
import { words } from "../../../ui/words.ts";
import { NewCampaign } from "../new/new-campaign.tsx";
import { CampaignCard } from "./campaign-card.tsx";

const useT = words({
  en: {
    title: "Campaigns",
    note: "Results of the last 30 days. Lift: the share of reminded buyers who paid, less that of buyers who were held out, with its 95% interval. The orders that go to another campaign first are counted over the newest 1,000 orders of these days.",
    none: "There is no campaign yet",
    noneText:
      "Without a campaign nobody is reminded. Dunlin brings four, to use as they are or to change. This command, run where Dunlin is installed, starts them:",
    more: "docs/campaigns.md says what a campaign is made of.",
  },
  zh: {
    title: "活动",
    note: "最近 30 天的效果。提升：收到提醒的买家付款比例减去对照组的付款比例，附 95% 区间。优先归入其他活动的订单按这段时间内最新的 1,000 个订单统计。",
    none: "还没有活动",
    noneText:
      "没有活动就不会发送任何提醒。Dunlin 自带四个活动，可直接使用或修改。在安装 Dunlin 的目录运行以下命令即可启用：",
    more: "活动的组成见 docs/campaigns.md。",
  },
});

export function CampaignsPage() {
  const t = useT();
  const list = useQuery(campaignsQuery);
  const results = useQuery(resultsQuery);
  const overlap = useQuery(overlapQuery).data;
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {t("title")}
        </Title>
        <NewCampaign />
      </Group>
      <Loaded query={list} height={320}>
        {({ items }) => {
          if (items.length === 0) return <Nothing />;
          const sorted = items.toSorted((a, b) => Number(a.retired) - Number(b.retired));
          return (
            <>
              {results.isError ? (
                <ProblemAlert error={results.error} onRetry={() => void results.refetch()} />
              ) : (
                <Text size="sm" c="dimmed">
                  {t("note")}
                </Text>
              )}
              {sorted.map((campaign) => (
                <CampaignCard
                  key={campaign.key}
                  campaign={campaign}
                  overlap={overlap?.items.find((item) => item.campaign === campaign.key)}
                  result={results.data && (results.data.rows.find((row) => row.campaign === campaign.key) ?? null)}
                />
              ))}
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}

function Nothing() {
  const t = useT();
  return (
    <Panel title={t("none")} note={t("more")}>
      <Text>{t("noneText")}</Text>
      <Code block>npx dunlin campaigns apply templates</Code>
    </Panel>
  );
}
