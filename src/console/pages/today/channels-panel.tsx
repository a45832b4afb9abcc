/** The channels: what they are, which take messages now, and what went wrong last. */
import { Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { channelsQuery } from "../../api/pauses.ts";
import { ChannelBadge, ChannelFacts } from "../../ui/parts/channel-health.tsx";
import { Loaded, Panel } from "../../ui/parts/panel.tsx";
import { words } from "../../ui/words.ts";

const useT = words({
  en: {
    title: "Channels",
    rate: "up to {rate} a second",
    gone: "no longer in dunlin.yaml",
    none: "No channel is configured.",
  },
  zh: {
    title: "渠道",
    rate: "每秒最多 {rate} 条",
    gone: "已不在 dunlin.yaml 中",
    none: "尚未配置渠道。",
  },
});

export function ChannelsPanel() {
  const t = useT();
  const query = useQuery(channelsQuery);
  return (
    <Panel title={t("title")}>
      <Loaded query={query}>
        {({ items }) => (
          <Stack gap="xs">
            {items.length === 0 ? <Text c="dimmed">{t("none")}</Text> : null}
            {items.map((channel) => (
              <Group key={channel.name} justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
                <div style={{ minWidth: 0 }}>
                  <Text fw={600}>{channel.name}</Text>
                  <Text size="xs" c="dimmed">
                    {channel.provider ?? t("gone")}
                    {channel.ratePerSecond === null ? "" : ` · ${t("rate", { rate: String(channel.ratePerSecond) })}`}
                  </Text>
                  {channel.reason === null ? null : <Text size="xs">{channel.reason}</Text>}
                  <ChannelFacts channel={channel} />
                </div>
                <ChannelBadge health={channel.health} />
              </Group>
            ))}
          </Stack>
        )}
      </Loaded>
    </Panel>
  );
}
