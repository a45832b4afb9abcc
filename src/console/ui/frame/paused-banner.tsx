/** What is paused now, on every page: what, since when, why, and the button to resume it. */
import { Alert, Box, Button, Group, Stack, Text } from "@mantine/core";
import { IconPlayerPause } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { campaignsQuery, forAll, type Part, type Paused, resume } from "../../api/pauses.ts";
import { useMay } from "../../api/session.ts";
import { ProblemAlert, ProblemText } from "../faults.tsx";
import { useFormats } from "../formats.ts";
import { words } from "../words.ts";

const useT = words({
  en: {
    title: "{count, plural, one {Paused} other {# parts are paused}}",
    campaign: "Campaign {name}",
    channel: "Channel {name}",
    shop: "Shop {name}",
    payment_method: "Payment method {name}",
    since: "since {at}",
    until: "until {at}",
    person: "by a person",
    fault: "by itself: the provider takes nothing",
    threshold: "by itself: too much went wrong",
    resume: "Resume",
    resumeAll: "Resume all",
  },
  zh: {
    title: "{count, plural, other {# 项已暂停}}",
    campaign: "活动 {name}",
    channel: "渠道 {name}",
    shop: "店铺 {name}",
    payment_method: "支付方式 {name}",
    since: "自 {at} 起",
    until: "至 {at}",
    person: "人工暂停",
    fault: "自动暂停：服务商不接收",
    threshold: "自动暂停：异常过多",
    resume: "恢复",
    resumeAll: "全部恢复",
  },
});

const SHOWN = 4;

export function PausedBanner() {
  const t = useT();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(campaignsQuery);
  const mayResume = useMay("operator");
  const go = useMutation({
    mutationFn: (parts: readonly Part[]) => forAll(parts, (part) => resume(part)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["changes"] }),
  });
  const paused = data?.paused ?? [];
  // Not to know that sending is stopped is a matter of every page.
  if (paused.length === 0)
    return error === null ? null : (
      <Box mb="md">
        <ProblemAlert error={error} onRetry={() => void refetch()} />
      </Box>
    );
  return (
    <Alert
      mb="md"
      color="red"
      variant="light"
      icon={<IconPlayerPause />}
      title={t("title", { count: paused.length })}
      role="region"
      aria-label={t("title", { count: paused.length })}
    >
      <Stack gap="xs">
        {paused.slice(0, SHOWN).map((part) => (
          <Group key={`${part.kind} ${part.name}`} justify="space-between" gap="xs">
            <Line part={part} />
            {mayResume ? (
              <Button size="xs" variant="default" loading={go.isPending} onClick={() => go.mutate([part])}>
                {t("resume")}
              </Button>
            ) : null}
          </Group>
        ))}
        {paused.length > 1 && mayResume ? (
          <Group justify="flex-end">
            <Button size="xs" variant="default" loading={go.isPending} onClick={() => go.mutate(paused)}>
              {t("resumeAll")}
            </Button>
          </Group>
        ) : null}
        <ProblemText error={go.error} />
      </Stack>
    </Alert>
  );
}

function Line({ part }: { readonly part: Paused }) {
  const t = useT();
  const { instant } = useFormats();
  const facts = [
    t("since", { at: instant(part.pausedAt) }),
    ...(part.pausedUntil === null ? [] : [t("until", { at: instant(part.pausedUntil) })]),
    part.reason ?? part.note ?? t(part.source),
  ];
  return (
    <Text size="sm" style={{ flex: 1, minWidth: 200 }}>
      <b>{t(part.kind, { name: part.name })}</b> · {facts.join(" · ")}
    </Text>
  );
}
