/** The parts of a rehearsal's result. */
import { Progress, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { channelsQuery } from "../../api/pauses.ts";
import type { Rehearsal } from "../../api/rehearsals.ts";
import { NOTHING, useFormats } from "../../ui/formats.ts";
import { Wide } from "../../ui/list/wide.tsx";
import { Panel } from "../../ui/parts/panel.tsx";
import { useReason } from "../../ui/reasons.ts";
import { words } from "../../ui/words.ts";

const useT = words({
  en: {
    hours: "Messages by the hour",
    hoursNote: "On the clock of each shop's zone.",
    sends: "Messages",
    peaks: "Peaks against the limits",
    channel: "Channel",
    peak: "Most in a second",
    at: "At",
    limit: "Limit a second",
    noLimit: "none",
    above: "above the limit: messages are spread over the seconds that follow",
    skips: "Not sent, and why",
    reason: "Reason",
    count: "Reminders",
    example: "For example",
    texts: "Texts",
    cost: "Cost",
    nothing: "No message would be sent.",
  },
  zh: {
    hours: "每小时消息数",
    hoursNote: "按各店铺时区的时钟。",
    sends: "消息",
    peaks: "峰值与限速",
    channel: "渠道",
    peak: "每秒最多",
    at: "时间",
    limit: "每秒上限",
    noLimit: "不限",
    above: "超过上限：消息会顺延到之后几秒",
    skips: "未发送及原因",
    reason: "原因",
    count: "提醒数",
    example: "例如",
    texts: "文案",
    cost: "费用",
    nothing: "不会发送任何消息。",
  },
});

type Props = { readonly result: Rehearsal };

/** `2026-11-10 20:00` of an instant on its own clock. */
const clock = (instant: string, seconds = false): string => instant.slice(0, seconds ? 19 : 16).replace("T", " ");

export function Hours({ result }: Props) {
  const t = useT();
  const { count } = useFormats();
  const most = Math.max(1, ...result.hours.map(({ sends }) => sends));
  return (
    <Panel title={t("hours")} note={t("hoursNote")}>
      {result.hours.length === 0 ? <Text c="dimmed">{t("nothing")}</Text> : null}
      <Table>
        <Table.Tbody>
          {result.hours.map(({ zone, at, sends }) => (
            <Table.Tr key={`${zone} ${at}`}>
              <Table.Td w={150}>{clock(at)}</Table.Td>
              <Table.Td>
                <Progress value={(100 * sends) / most} aria-label={`${clock(at)}: ${count(sends)}`} />
              </Table.Td>
              <Table.Td w={80} ta="right">
                {count(sends)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}

export function Peaks({ result }: Props) {
  const t = useT();
  const { count } = useFormats();
  const channels = useQuery(channelsQuery).data?.items ?? [];
  return (
    <Panel title={t("peaks")}>
      <Wide label={t("peaks")} columns={[t("channel"), { figure: t("peak") }, { figure: t("limit") }, t("at")]}>
        {result.peaks.map(({ channel, at, sends }) => {
          const limit = channels.find(({ name }) => name === channel)?.ratePerSecond ?? null;
          return (
            <Table.Tr key={channel}>
              <Table.Td>{channel}</Table.Td>
              <Table.Td ta="right">{count(sends)}</Table.Td>
              <Table.Td ta="right">{limit === null ? t("noLimit") : count(limit)}</Table.Td>
              <Table.Td>
                {clock(at, true)}
                {limit !== null && sends > limit ? <Text size="xs">{t("above")}</Text> : null}
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Wide>
    </Panel>
  );
}

export function Skips({ result }: Props) {
  const t = useT();
  const reason = useReason();
  const { count } = useFormats();
  const rows = Object.entries({ ...result.settled, ...result.skipped }).sort(([, one], [, two]) => two - one);
  const example = (code: string) => result.skips.find((skip) => skip.reason === code);
  return (
    <Panel title={t("skips")}>
      <Wide label={t("skips")} columns={[t("reason"), { figure: t("count") }, t("example")]}>
        {rows.map(([code, skips]) => {
          const one = example(code);
          return (
            <Table.Tr key={code}>
              <Table.Td>{reason(code)}</Table.Td>
              <Table.Td ta="right">{count(skips)}</Table.Td>
              <Table.Td>{one === undefined ? NOTHING : `${one.orders.join(", ")} · ${clock(one.at)}`}</Table.Td>
            </Table.Tr>
          );
        })}
      </Wide>
    </Panel>
  );
}

export function Texts({ result }: Props) {
  const t = useT();
  const { count, money } = useFormats();
  return (
    <Panel title={t("texts")}>
      <Stack>
        {result.texts.map((each) => (
          <Stack key={`${each.template} ${each.channel}`} gap={4}>
            <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
              {each.template} · {each.channel}
            </Text>
            <Text size="xs" c="dimmed">
              {t("sends")}: {count(each.sends)}
              {each.cost === null ? "" : ` · ${t("cost")}: ${money(each.cost)}`}
            </Text>
            {each.example === null ? null : (
              <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
                {each.example}
              </Text>
            )}
          </Stack>
        ))}
      </Stack>
    </Panel>
  );
}
