/** A campaign in the list. */
import { Anchor, Box, Button, Group, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconEdit, IconEye } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type CampaignReport, campaignQuery, type Overlap } from "../../../api/campaigns.ts";
import type { CampaignList } from "../../../api/pauses.ts";
import { useMay } from "../../../api/session.ts";
import { useActor } from "../../../ui/actors.ts";
import { NOTHING, useFormats } from "../../../ui/formats.ts";
import { words } from "../../../ui/words.ts";
import { PauseSwitch } from "../pause-switch.tsx";
import { StateBadge, useActiveText } from "../state-badge.tsx";

const useT = words({
  en: {
    edit: "Edit",
    show: "Show",
    priority: "priority {priority}",
    sent: "Sent",
    recovered: "Recovered orders",
    rate: "{rate} of those reminded",
    lift: "Lift in points",
    between: "between {low} and {high}",
    unmeasured: "not measured yet",
    noHoldout: "nobody is held out",
    version: "Version {version}",
    by: "{who}, {at}",
    noResult: "nothing in 30 days",
    shadowed: "{orders} of {matching} matching orders go to {campaign} first",
    shadowed_paused: "{orders} of {matching} matching orders go to {campaign} first, which is paused",
    shadowed_ended: "{orders} of {matching} matching orders went to {campaign} first, which has ended",
  },
  zh: {
    edit: "编辑",
    show: "查看",
    priority: "优先级 {priority}",
    sent: "已发送",
    recovered: "挽回订单",
    rate: "占已提醒的 {rate}",
    lift: "提升（百分点）",
    between: "{low} 至 {high}",
    unmeasured: "尚未测量",
    noHoldout: "没有对照组",
    version: "版本 {version}",
    by: "{who}，{at}",
    noResult: "30 天内没有数据",
    shadowed: "{matching} 个符合条件的订单中有 {orders} 个优先归入 {campaign}",
    shadowed_paused: "{matching} 个符合条件的订单中有 {orders} 个优先归入 {campaign}（已暂停）",
    shadowed_ended: "{matching} 个符合条件的订单中有 {orders} 个已优先归入 {campaign}（已结束）",
  },
});

type Props = {
  readonly campaign: CampaignList["items"][number];
  /** undefined: not known yet; null: nothing was sent. */
  readonly result: CampaignReport["rows"][number] | null | undefined;
  /** undefined: not known, or it is retired. */
  readonly overlap: Overlap["items"][number] | undefined;
};

export function CampaignCard({ campaign, result, overlap }: Props) {
  const t = useT();
  const activeText = useActiveText();
  const { instant } = useFormats();
  const actor = useActor();
  const full = useQuery(campaignQuery(campaign.key));
  const form = full.data?.campaign ?? null;
  const address = `/campaigns/${encodeURIComponent(campaign.key)}`;
  const editable = useMay("operator");
  const facts = [
    ...(form === null || form.name === campaign.key ? [] : [campaign.key]),
    ...(form === null ? [] : [t("priority", { priority: String(form.priority) }), activeText(form.active)]),
  ];
  return (
    <Paper withBorder p="md" component="article" aria-label={campaign.key}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" gap="xs">
          <Box style={{ flex: 1, minWidth: 200 }}>
            <Group gap="xs">
              <Title order={2} size="h5" style={{ overflowWrap: "anywhere" }}>
                <Anchor component={Link} to={address} inherit>
                  {form?.name ?? campaign.key}
                </Anchor>
              </Title>
              <StateBadge campaign={campaign} active={form?.active ?? null} />
            </Group>
            <Text size="xs" c="dimmed">
              {facts.join(" · ")}
            </Text>
            {campaign.pauseReason === null ? null : <Text size="xs">{campaign.pauseReason}</Text>}
            {overlap === undefined ? null : <Shadows overlap={overlap} />}
          </Box>
          <Group gap="xs">
            <PauseSwitch campaign={campaign} />
            <Button
              size="xs"
              variant="default"
              component={Link}
              to={address}
              leftSection={editable ? <IconEdit size={16} /> : <IconEye size={16} />}
            >
              {t(editable ? "edit" : "show")}
            </Button>
          </Group>
        </Group>
        <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm" component="dl" m={0}>
          <Results result={result} holdout={form === null ? null : form.holdout} />
          <Fact
            label={t("version", { version: String(campaign.version) })}
            value={t("by", { who: actor(campaign.createdBy), at: instant(campaign.createdAt) })}
            below={campaign.note ?? ""}
            small
          />
        </SimpleGrid>
      </Stack>
    </Paper>
  );
}

/** The campaigns that go before it. Bold: they leave it nothing. */
function Shadows({ overlap: { matching, takes, shadowedBy } }: { readonly overlap: Overlap["items"][number] }) {
  const t = useT();
  const { count } = useFormats();
  return shadowedBy.map(({ campaign, orders, state }) => (
    <Text key={campaign} size="xs" fw={takes === 0 ? 600 : undefined}>
      {t(state === "runs" ? "shadowed" : `shadowed_${state}`, {
        campaign,
        orders: count(orders),
        matching: count(matching),
      })}
    </Text>
  ));
}

type ResultsProps = Pick<Props, "result"> & {
  /** Like `10%`; null: not known. */
  readonly holdout: string | null;
};

function Results({ result, holdout }: ResultsProps) {
  const t = useT();
  const { count, percent, points } = useFormats();
  if (result === undefined)
    return (["sent", "recovered", "lift"] as const).map((name) => (
      <Fact key={name} label={t(name)} value={NOTHING} below="" />
    ));
  if (result === null)
    return (
      <>
        <Fact label={t("sent")} value={count(0)} below={t("noResult")} />
        <Fact label={t("recovered")} value={count(0)} below="" />
        <Fact label={t("lift")} value={NOTHING} below={t("unmeasured")} />
      </>
    );
  const { lift, liftLow, liftHigh } = result;
  return (
    <>
      <Fact label={t("sent")} value={count(result.sent)} below="" />
      <Fact
        label={t("recovered")}
        value={count(result.recoveredOrders)}
        below={result.recoveryRate === null ? "" : t("rate", { rate: percent(result.recoveryRate) })}
      />
      <Fact
        label={t("lift")}
        value={points(lift)}
        below={
          lift === null
            ? t(holdout !== null && Number.parseFloat(holdout) === 0 ? "noHoldout" : "unmeasured")
            : t("between", { low: points(liftLow), high: points(liftHigh) })
        }
      />
    </>
  );
}

type FactProps = { readonly label: string; readonly value: string; readonly below: string; readonly small?: boolean };

function Fact({ label, value, below, small = false }: FactProps) {
  return (
    <div>
      <Text size="xs" c="dimmed" component="dt">
        {label}
      </Text>
      <Text component="dd" m={0} fw={small ? 500 : 700} size={small ? "sm" : "lg"} style={{ overflowWrap: "anywhere" }}>
        {value}
      </Text>
      <Text size="xs" c="dimmed" component="dd" m={0} style={{ overflowWrap: "anywhere" }}>
        {below}
      </Text>
    </div>
  );
}
