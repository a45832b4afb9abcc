/** The shops and channels of dunlin.yaml. Their secrets are not part of any answer. */
import { Badge, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { channelsQuery, shopsQuery } from "../../api/pauses.ts";
import { useFormats } from "../../ui/formats.ts";
import { Wide } from "../../ui/list/wide.tsx";
import { ChannelBadge, ChannelFacts } from "../../ui/parts/channel-health.tsx";
import { Loaded, Panel } from "../../ui/parts/panel.tsx";
import { words } from "../../ui/words.ts";

const useT = words({
  en: {
    shops: "Shops",
    channels: "Channels",
    name: "Name",
    provider: "Provider",
    rate: "Limit a second",
    state: "State",
    runs: "Runs",
    paused: "Paused since {at}",
    none: "none",
    note: "They stand in dunlin.yaml. Change them there, check with `dunlin doctor`, and start the service again.",
  },
  zh: {
    shops: "店铺",
    channels: "渠道",
    name: "名称",
    provider: "服务商",
    rate: "每秒上限",
    state: "状态",
    runs: "正常",
    paused: "自 {at} 起暂停",
    none: "无",
    note: "在 dunlin.yaml 中配置。修改后用 `dunlin doctor` 检查，并重启服务。",
  },
});

export function PartsTab() {
  const t = useT();
  return (
    <Stack>
      <Panel title={t("channels")} note={t("note")}>
        <Loaded query={useQuery(channelsQuery)}>
          {({ items }) => (
            <Wide label={t("channels")} columns={[t("name"), t("provider"), { figure: t("rate") }, t("state")]}>
              {items.map((channel) => (
                <Table.Tr key={channel.name}>
                  <Table.Td>{channel.name}</Table.Td>
                  <Table.Td>{channel.provider ?? t("none")}</Table.Td>
                  <Table.Td ta="right">{channel.ratePerSecond ?? t("none")}</Table.Td>
                  <Table.Td>
                    {channel.paused ? (
                      <State pausedAt={channel.pausedAt} reason={channel.reason} />
                    ) : (
                      <ChannelBadge health={channel.health} />
                    )}
                    <ChannelFacts channel={channel} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Wide>
          )}
        </Loaded>
      </Panel>
      <Panel title={t("shops")}>
        <Loaded query={useQuery(shopsQuery)}>
          {({ items }) => (
            <Wide label={t("shops")} columns={[t("name"), t("state")]}>
              {items.map((shop) => (
                <Table.Tr key={shop.name}>
                  <Table.Td>{shop.name}</Table.Td>
                  <Table.Td>
                    <State pausedAt={shop.pausedAt} reason={shop.reason} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Wide>
          )}
        </Loaded>
      </Panel>
    </Stack>
  );
}

function State({ pausedAt, reason }: { readonly pausedAt: string | null; readonly reason: string | null }) {
  const t = useT();
  const { instant } = useFormats();
  return (
    <>
      <Badge tt="none" color={pausedAt === null ? "teal.9" : "red.9"}>
        {pausedAt === null ? t("runs") : t("paused", { at: instant(pausedAt) })}
      </Badge>
      {reason === null ? null : <Text size="xs">{reason}</Text>}
    </>
  );
}
