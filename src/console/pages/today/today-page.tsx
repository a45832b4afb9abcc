/** What happens now, for ops people; and on top what it all brings, for the owner. */
import { Grid, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { type RecoveryReport, recoveryQuery } from "../../api/recovery.ts";
import { type Today, todayQuery, upcomingQuery } from "../../api/reports.ts";
import { useFormats } from "../../ui/formats.ts";
import { Loaded, Panel } from "../../ui/parts/panel.tsx";
import { useReason } from "../../ui/reasons.ts";
import { words } from "../../ui/words.ts";
import { ChannelsPanel } from "./channels-panel.tsx";
import { GettingStarted } from "./getting-started.tsx";
import { HeldAlert } from "./held-alert.tsx";
import { OwnerPanel } from "./owner-panel.tsx";
import { Tiles } from "./tiles.tsx";

const DayChart = lazy(() => import("./day-chart.tsx"));

const useT = words({
  en: {
    title: "Today",
    hours: "By the hour",
    hoursNote:
      "Messages by the time when a provider accepted them; recovered orders by the time of their reminder. {zone}",
    zone: "Clock of {zone}.",
    zones: "Each shop by its own clock.",
    sent: "Sent",
    recovered: "Recovered orders",
    yesterday: "Sent yesterday",
    skips: "Not sent, and why",
    skipsNote: "Reminders of today that were decided against.",
    noSkips: "Nothing was skipped today.",
    reason: "Reason",
    count: "Reminders",
  },
  zh: {
    title: "今日",
    hours: "按小时",
    hoursNote: "消息按服务商接受的时间统计；挽回订单按其提醒的时间统计。{zone}",
    zone: "时区：{zone}。",
    zones: "各店铺按自己的时区。",
    sent: "已发送",
    recovered: "挽回订单",
    yesterday: "昨日发送",
    skips: "未发送及原因",
    skipsNote: "今日决定不发的提醒。",
    noSkips: "今天没有跳过任何提醒。",
    reason: "原因",
    count: "提醒数",
  },
});

export function TodayPage() {
  const t = useT();
  const today = useQuery(todayQuery);
  const reasons = useQuery(recoveryQuery({ by: "reason", on: "today" }));
  const upcoming = useQuery(upcomingQuery("1h"));
  const due = upcoming.data?.channels.reduce((sum, channel) => sum + channel.due, 0) ?? null;
  return (
    <Stack>
      <Title order={1} size="h2">
        {t("title")}
      </Title>
      <HeldAlert />
      <GettingStarted />
      <OwnerPanel />
      <Loaded query={today} height={200}>
        {(data) => (
          <>
            <Tiles today={data} due={due} />
            <Hours today={data} />
          </>
        )}
      </Loaded>
      <Grid>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <ChannelsPanel />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Panel title={t("skips")} note={t("skipsNote")}>
            <Loaded query={reasons}>{(data) => <Skips report={data} />}</Loaded>
          </Panel>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

function Hours({ today }: { readonly today: Today }) {
  const t = useT();
  const zone = today.zone === null ? t("zones") : t("zone", { zone: today.zone });
  return (
    <Panel title={t("hours")} note={t("hoursNote", { zone })}>
      <Suspense fallback={<Skeleton height={240} />}>
        <DayChart today={today} labels={{ sent: t("sent"), recovered: t("recovered"), yesterday: t("yesterday") }} />
      </Suspense>
    </Panel>
  );
}

function Skips({ report }: { readonly report: RecoveryReport }) {
  const t = useT();
  const reason = useReason();
  const { count } = useFormats();
  const skips = report.rows.filter(({ skipped }) => skipped > 0).sort((one, two) => two.skipped - one.skipped);
  if (skips.length === 0) return <Text c="dimmed">{t("noSkips")}</Text>;
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("reason")}</Table.Th>
          <Table.Th ta="right">{t("count")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {skips.map((skip) => (
          <Table.Tr key={skip.reason}>
            <Table.Td>{reason(skip.reason ?? null)}</Table.Td>
            <Table.Td ta="right">{count(skip.skipped)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
