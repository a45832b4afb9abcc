/** The steps of a campaign between an order and its close, on a line and in words. */
import { Box, Group, NativeSelect, Table, Text } from "@mantine/core";
import { useState } from "react";
import type { CampaignForm } from "../../../api/campaigns.ts";
import { Panel } from "../../../ui/parts/panel.tsx";
import { useReason } from "../../../ui/reasons.ts";
import { words } from "../../../ui/words.ts";
import { DAY, HOUR, type Landing, landings, MINUTE, quietOf, quietRuns } from "./timeline.ts";

const useT = words({
  en: {
    title: "From order to close",
    note: "Version {version}, as it is saved: planned when the order is created, by the buyer's clock. {quiet}",
    quiet: "Shaded: quiet hours, {from} to {to}.",
    shops: "Shaded: quiet hours; the campaign takes those of the shop, drawn as 22:00 to 08:00.",
    never: "No quiet hours.",
    created: "Order at",
    closes: "Closes after",
    order: "Order",
    close: "Close",
    step: "Step",
    when: "When",
    over: "Over",
    what: "What happens",
    sent: "is sent",
    tight: "is sent, moved from {wanted}: too near to the order or the close",
    moved: "is sent, moved from {wanted}: quiet hours",
    skipped: "is not sent: {reason}",
    day: "day {day}, {time}",
    minutes: "{count} minutes",
    hours: "{count, plural, one {1 hour} other {# hours}}",
    days: "{count, plural, one {1 day} other {# days}}",
  },
  zh: {
    title: "从下单到关单",
    note: "已保存的版本 {version}：下单时的计划，按买家当地时间。{quiet}",
    quiet: "阴影为静默时段 {from} 至 {to}。",
    shops: "阴影为静默时段；活动采用店铺设置，此处按 22:00 至 08:00 绘制。",
    never: "没有静默时段。",
    created: "下单时间",
    closes: "关单时限",
    order: "下单",
    close: "关单",
    step: "步骤",
    when: "时间",
    over: "渠道",
    what: "结果",
    sent: "发送",
    tight: "发送，由 {wanted} 调整：离下单或关单太近",
    moved: "发送，由 {wanted} 调整：静默时段",
    skipped: "不发送：{reason}",
    day: "第 {day} 天 {time}",
    minutes: "{count} 分钟",
    hours: "{count} 小时",
    days: "{count} 天",
  },
});

const LIFETIMES = [30 * MINUTE, HOUR, 2 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY];
const TWO = (value: number) => String(Math.floor(value)).padStart(2, "0");
const clockOf = (ms: number) => {
  const time = ((ms % DAY) + DAY) % DAY;
  return `${TWO(time / HOUR)}:${TWO((time % HOUR) / MINUTE)}`;
};

export function TimeLine({ form, version }: { readonly form: CampaignForm; readonly version: number }) {
  const t = useT();
  const reasonOf = useReason();
  const [createdAt, setCreatedAt] = useState(20 * HOUR);
  const [closes, setCloses] = useState(DAY);
  const quiet = quietOf(form);
  const rows = landings(form, { createdAt, closes });
  const at = (ms: number) => {
    const day = Math.floor((createdAt + ms) / DAY) + 1;
    const time = clockOf(createdAt + ms);
    return day === 1 && closes <= DAY - createdAt ? time : t("day", { day: String(day), time });
  };
  const textOf = ({ skip, moved, wanted }: Landing) => {
    if (skip !== null) return t("skipped", { reason: reasonOf(skip) });
    if (moved === null) return t("sent");
    return t(moved === "tight" ? "tight" : "moved", { wanted: at(wanted) });
  };
  const lifetime = (ms: number) => {
    if (ms < HOUR) return t("minutes", { count: String(ms / MINUTE) });
    return ms < DAY ? t("hours", { count: ms / HOUR }) : t("days", { count: ms / DAY });
  };
  const hours =
    quiet === null
      ? t("never")
      : form.quietHours === null
        ? t("shops")
        : t("quiet", { from: clockOf(quiet.from), to: clockOf(quiet.to) });
  return (
    <Panel title={t("title")} note={t("note", { version: String(version), quiet: hours })}>
      <Group>
        <NativeSelect
          size="xs"
          label={t("created")}
          value={String(createdAt)}
          data={Array.from({ length: 24 }, (_, hour) => ({ value: String(hour * HOUR), label: `${TWO(hour)}:00` }))}
          onChange={({ currentTarget: { value } }) => setCreatedAt(Number(value))}
        />
        <NativeSelect
          size="xs"
          label={t("closes")}
          value={String(closes)}
          data={LIFETIMES.map((ms) => ({ value: String(ms), label: lifetime(ms) }))}
          onChange={({ currentTarget: { value } }) => setCloses(Number(value))}
        />
      </Group>
      <Line rows={rows} runs={quietRuns(quiet, { createdAt, closes })} closes={closes} />
      <Group justify="space-between" aria-hidden>
        <Text size="xs">
          {t("order")} {at(0)}
        </Text>
        <Text size="xs">
          {t("close")} {at(closes)}
        </Text>
      </Group>
      <Table fz="sm" aria-label={t("title")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("step")}</Table.Th>
            <Table.Th>{t("when")}</Table.Th>
            <Table.Th>{t("over")}</Table.Th>
            <Table.Th>{t("what")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, index) => (
            <Table.Tr key={row.step}>
              <Table.Td>
                {index + 1}. {row.step}
              </Table.Td>
              <Table.Td>{at(row.at)}</Table.Td>
              <Table.Td>{row.channels.join(", ")}</Table.Td>
              <Table.Td>{textOf(row)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}

type LineProps = {
  readonly rows: readonly Landing[];
  readonly runs: readonly { readonly from: number; readonly to: number }[];
  readonly closes: number;
};

/** The table says the same in words. A skipped step has a hollow mark. */
function Line({ rows, runs, closes }: LineProps) {
  const place = (ms: number) => `${Math.min(Math.max((ms / closes) * 100, 0), 100)}%`;
  return (
    <Box aria-hidden pos="relative" h={64} mx={12}>
      {runs.map(({ from, to }) => (
        <Box
          key={from}
          pos="absolute"
          top={0}
          bottom={0}
          left={place(from)}
          w={place(to - from)}
          bg="var(--mantine-color-default-border)"
        />
      ))}
      <Box pos="absolute" top={31} left={0} right={0} h={2} bg="var(--mantine-color-text)" />
      {rows.map((row, index) => (
        <Box
          key={row.step}
          pos="absolute"
          top={20}
          left={place(row.at)}
          w={24}
          h={24}
          ml={-12}
          fz="xs"
          fw={700}
          ta="center"
          c={row.skip === null ? "white" : "var(--mantine-color-text)"}
          bg={row.skip === null ? "var(--mantine-color-teal-filled)" : "var(--mantine-color-body)"}
          style={{
            borderRadius: 12,
            lineHeight: "20px",
            border: `2px ${row.skip === null ? "solid" : "dashed"} var(--mantine-color-teal-filled)`,
          }}
        >
          {index + 1}
        </Box>
      ))}
    </Box>
  );
}
