/** The sends of the coming hours, per minute and channel, against limits and money. */
import { SegmentedControl, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { type Upcoming, upcomingQuery } from "../../api/reports.ts";
import { NOTHING, useFormats } from "../../ui/formats.ts";
import { Wide } from "../../ui/list/wide.tsx";
import { Loaded, Panel } from "../../ui/parts/panel.tsx";
import { words } from "../../ui/words.ts";

const MinuteChart = lazy(() => import("./minute-chart.tsx"));

const useT = words({
  en: {
    title: "Next",
    ahead: "How far ahead",
    h1: "1 hour",
    h6: "6 hours",
    h24: "24 hours",
    minutes: "Messages",
    minutesNote:
      "The most that can go out, if nobody pays until then. What a rate limit does not let through waits for a later minute.",
    none: "Nothing is due in this time.",
    channels: "By channel",
    channel: "Channel",
    due: "Due",
    limit: "Limit a minute",
    noLimit: "none",
    waiting: "Left over at the end",
    paused: "Held by a pause",
    segments: "Segments",
    cost: "Cost",
    others: "Not sent: {noContact} without a usable address, {holdout} held out to measure.",
  },
  zh: {
    title: "即将发送",
    ahead: "时间范围",
    h1: "1 小时",
    h6: "6 小时",
    h24: "24 小时",
    minutes: "消息",
    minutesNote: "假设在此之前无人付款，最多会发送的数量。超出限速的部分会顺延。",
    none: "这段时间内没有到期的提醒。",
    channels: "按渠道",
    channel: "渠道",
    due: "到期",
    limit: "每分钟上限",
    noLimit: "不限",
    waiting: "期末仍在等待",
    paused: "因暂停而保留",
    segments: "计费条数",
    cost: "费用",
    others: "不发送：{noContact} 条没有可用联系方式，{holdout} 条属于对照组。",
  },
});

const AHEAD = ["1h", "6h", "24h"] as const;

export function NextPage() {
  const t = useT();
  const [ahead, setAhead] = useState<string>("1h");
  const query = useQuery(upcomingQuery(ahead));
  return (
    <Stack>
      <Title order={1} size="h2">
        {t("title")}
      </Title>
      <SegmentedControl
        aria-label={t("ahead")}
        value={ahead}
        onChange={setAhead}
        data={AHEAD.map((value) => ({ value, label: t(`h${Number.parseInt(value, 10) as 1 | 6 | 24}`) }))}
        style={{ alignSelf: "flex-start" }}
      />
      <Loaded query={query} height={320}>
        {(upcoming) => (
          <>
            <Panel title={t("minutes")} note={t("minutesNote")}>
              {upcoming.minutes.length === 0 ? (
                <Text c="dimmed">{t("none")}</Text>
              ) : (
                <Suspense fallback={<Skeleton height={240} />}>
                  <MinuteChart upcoming={upcoming} />
                </Suspense>
              )}
            </Panel>
            <Channels upcoming={upcoming} />
          </>
        )}
      </Loaded>
    </Stack>
  );
}

function Channels({ upcoming }: { readonly upcoming: Upcoming }) {
  const t = useT();
  const { count, money } = useFormats();
  const { channels, noContact, holdout } = upcoming;
  const columns = ["due", "limit", "waiting", "paused", "segments", "cost"] as const;
  return (
    <Panel title={t("channels")} note={t("others", { noContact: count(noContact), holdout: count(holdout) })}>
      <Wide label={t("channels")} columns={[t("channel"), ...columns.map((column) => ({ figure: t(column) }))]}>
        {channels.map((each) => (
          <Table.Tr key={each.channel}>
            <Table.Td>{each.channel}</Table.Td>
            <Table.Td ta="right">{count(each.due)}</Table.Td>
            <Table.Td ta="right">{each.perMinute === null ? t("noLimit") : count(each.perMinute)}</Table.Td>
            <Table.Td ta="right">{count(each.waitingAtEnd)}</Table.Td>
            <Table.Td ta="right">{count(each.paused)}</Table.Td>
            <Table.Td ta="right">{count(each.segments)}</Table.Td>
            <Table.Td ta="right">{each.cost === null ? NOTHING : money(each.cost)}</Table.Td>
          </Table.Tr>
        ))}
      </Wide>
    </Panel>
  );
}
