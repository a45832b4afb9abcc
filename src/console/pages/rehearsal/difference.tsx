/** Two rehearsals over the same orders, side by side: what the other campaigns would change. */
import { Alert, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { IconArrowsSplit } from "@tabler/icons-react";
import type { Rehearsal } from "../../api/rehearsals.ts";
import { NOTHING, useFormats } from "../../ui/formats.ts";
import { Wide } from "../../ui/list/wide.tsx";
import { Panel } from "../../ui/parts/panel.tsx";
import { useReason } from "../../ui/reasons.ts";
import { words } from "../../ui/words.ts";

const useT = words({
  en: {
    title: "What would change",
    same: "No message would be another one.",
    changed:
      "{same} messages stay the same, {changed} have another text, channel, variant or campaign, {gone} are gone, {added} are new.",
    figure: "Figure",
    sends: "Messages",
    skipped: "Not sent: {reason}",
    segments: "Segments: {channel}",
    peak: "Most in a second: {channel}",
    cost: "Cost: {currency}",
    by: "By campaign and step",
    campaign: "Campaign",
    step: "Step",
    texts: "Texts that differ",
    unused: "not used",
  },
  zh: {
    title: "变化对比",
    same: "所有消息都不变。",
    changed: "{same} 条消息不变，{changed} 条的文案、渠道、变体或活动不同，{gone} 条不再发送，{added} 条新增。",
    figure: "指标",
    sends: "消息",
    skipped: "未发送：{reason}",
    segments: "计费条数：{channel}",
    peak: "每秒最多：{channel}",
    cost: "费用：{currency}",
    by: "按活动和步骤",
    campaign: "活动",
    step: "步骤",
    texts: "不同的文案",
    unused: "未使用",
  },
});

type Changes = NonNullable<Rehearsal["difference"]>;
/** The names of the two sides. */
type Props = { readonly difference: Changes; readonly before: string; readonly after: string };

export function Difference({ difference, before, after }: Props) {
  const t = useT();
  const reason = useReason();
  const { count, money } = useFormats();
  const { sends, skips, segments, peakPerSecond, cost, rows, texts } = difference;
  const counts = (name: (key: string) => string, pairs: Changes["skips"]) =>
    Object.entries(pairs).map(([key, pair]) => [name(key), count(pair.before), count(pair.after)] as const);
  const figures = [
    [t("sends"), count(sends.before), count(sends.after)] as const,
    ...counts((code) => t("skipped", { reason: reason(code) }), skips),
    ...counts((channel) => t("segments", { channel }), segments),
    ...counts((channel) => t("peak", { channel }), peakPerSecond),
    ...Object.entries(cost).map(
      ([currency, pair]) =>
        [
          t("cost", { currency }),
          money({ amount: pair.before, currency }),
          money({ amount: pair.after, currency }),
        ] as const,
    ),
  ];
  const isSame = sends.changed + sends.onlyBefore + sends.onlyAfter === 0;
  const said = {
    same: count(sends.same),
    changed: count(sends.changed),
    gone: count(sends.onlyBefore),
    added: count(sends.onlyAfter),
  };
  return (
    <Stack>
      <Panel title={t("title")}>
        <Alert color={isSame ? "gray" : "teal"} icon={<IconArrowsSplit />} role="status">
          {isSame ? t("same") : t("changed", said)}
        </Alert>
        <Wide label={t("title")} columns={[t("figure"), { figure: before }, { figure: after }]}>
          {figures.map(([name, one, two]) => (
            <Table.Tr key={name}>
              <Table.Td>{name}</Table.Td>
              <Table.Td ta="right">{one}</Table.Td>
              <Table.Td ta="right" fw={one === two ? 400 : 700}>
                {two}
              </Table.Td>
            </Table.Tr>
          ))}
        </Wide>
      </Panel>
      {rows.length === 0 ? null : (
        <Panel title={t("by")}>
          <Wide label={t("by")} columns={[t("campaign"), t("step"), { figure: before }, { figure: after }]}>
            {rows.map((row) => (
              <Table.Tr key={[row.campaign, row.step, row.channel, row.variant, row.shop].join("\n")}>
                <Table.Td>
                  {row.campaign ?? NOTHING}
                  <Text size="xs" c="dimmed">
                    {row.shop}
                  </Text>
                </Table.Td>
                <Table.Td>
                  {[row.step, row.channel, row.variant].filter((name) => name !== null).join(" · ") || NOTHING}
                </Table.Td>
                <Table.Td ta="right">{count(row.before.sends)}</Table.Td>
                <Table.Td ta="right">{count(row.after.sends)}</Table.Td>
              </Table.Tr>
            ))}
          </Wide>
        </Panel>
      )}
      {texts.length === 0 ? null : (
        <Panel title={t("texts")}>
          {texts.map((text) => (
            <Stack key={text.template} gap={4}>
              <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
                {text.template}
              </Text>
              <SimpleGrid cols={{ base: 1, sm: 2 }}>
                <Side name={before} text={text.before} unused={t("unused")} />
                <Side name={after} text={text.after} unused={t("unused")} />
              </SimpleGrid>
            </Stack>
          ))}
        </Panel>
      )}
    </Stack>
  );
}

type SideProps = { readonly name: string; readonly text: string | null; readonly unused: string };
const Side = ({ name, text, unused }: SideProps) => (
  <div>
    <Text size="xs" c="dimmed">
      {name}
    </Text>
    <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
      {text ?? unused}
    </Text>
  </div>
);
