/** Whether a channel works, and what its provider said last: a badge, and the facts behind it. */
import { Badge, Text } from "@mantine/core";
import type { ChannelList } from "../../api/pauses.ts";
import { useFormats } from "../formats.ts";
import { words } from "../words.ts";

type Channel = ChannelList["items"][number];

const useT = words({
  en: {
    healthy: "Healthy",
    failing: "Failing",
    paused: "Paused",
    balance: "{left} left, as of {at}",
    segments: "{left} of {bought} bought segments left, as of {at}",
    down: "The provider has not answered since {at} ({code}).",
    failed: "{failed} of {attempts} attempts of the last hour failed.",
    last: "Last error {at}: {meaning}",
    noCode: "no code",
  },
  zh: {
    healthy: "正常",
    failing: "有故障",
    paused: "已暂停",
    balance: "余额 {left}（{at} 查询）",
    segments: "短信包剩余 {left} / {bought} 条（{at} 查询）",
    down: "服务商自 {at} 起没有应答（{code}）。",
    failed: "最近一小时 {attempts} 次尝试中有 {failed} 次失败。",
    last: "最近一次错误 {at}：{meaning}",
    noCode: "无代码",
  },
});

const COLOURS = { healthy: "teal.9", failing: "#b93c08", paused: "red.9" } as const;

export function ChannelBadge({ health }: { readonly health: Channel["health"] }) {
  const t = useT();
  return (
    <Badge color={COLOURS[health]} tt="none" style={{ flexShrink: 0 }}>
      {t(health)}
    </Badge>
  );
}

/** Nothing, while nothing is known. */
export function ChannelFacts({ channel: { down, setup, recent, lastFailure } }: { readonly channel: Channel }) {
  const t = useT();
  const { count, instant, money } = useFormats();
  const bad = setup?.lines.filter(({ level }) => level !== "ok") ?? [];
  return (
    <>
      {down === null ? null : (
        <Text size="xs" fw={600}>
          {t("down", { at: instant(down.since), code: down.code })}
        </Text>
      )}
      {bad.map(({ text, level }) => (
        <Text key={text} size="xs" fw={level === "fault" ? 600 : undefined}>
          {text}
        </Text>
      ))}
      {setup === null || setup.balance === null ? null : (
        <Text size="xs">{t("balance", { left: money(setup.balance), at: instant(setup.askedAt) })}</Text>
      )}
      {setup === null || setup.segments === null ? null : (
        <Text size="xs">
          {t("segments", {
            left: count(setup.segments.left),
            bought: count(setup.segments.bought),
            at: instant(setup.askedAt),
          })}
        </Text>
      )}
      {recent.failed === 0 ? null : (
        <Text size="xs">{t("failed", { failed: count(recent.failed), attempts: count(recent.attempts) })}</Text>
      )}
      {lastFailure === null ? null : (
        <Text size="xs">
          {t("last", {
            at: instant(lastFailure.at),
            meaning: [lastFailure.meaning, `(${lastFailure.code ?? t("noCode")})`].filter(Boolean).join(" "),
          })}
        </Text>
      )}
    </>
  );
}
