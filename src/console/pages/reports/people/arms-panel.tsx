/** People against reminders alone against nothing: the plain sentence, the shares, and what the hours cost. */
import { Badge, Group, Stack, Text } from "@mantine/core";
import type { StaffReport } from "../../../api/recovery.ts";
import { useFormats } from "../../../ui/formats.ts";
import { Panel } from "../../../ui/parts/panel.tsx";
import { Bars, type Interval, Intervals } from "../bars.tsx";
import { useT } from "./words.ts";

const COLOURS = { works: "teal.9", harms: "red.9", cannot_tell: "gray.7", not_measured: "gray.7" };
const ARMS = ["people", "reminders", "nothing"] as const;
const EFFECTS = ["peopleEffect", "remindersEffect"] as const;

type Props = { readonly report: StaffReport; readonly period: string };

export function ArmsPanel({ report: { arms, wages }, period }: Props) {
  const t = useT();
  const { count, percent, points } = useFormats();
  const intervals = EFFECTS.flatMap((name): Interval[] => {
    const { difference, low, high } = arms[name];
    if (difference === null || low === null || high === null) return [];
    const text = t("interval", { lift: points(difference), low: points(low), high: points(high) });
    return [{ label: t(name), value: difference, low, high, text, more: t(arms[name].verdict) }];
  });
  const open = ARMS.reduce((sum, arm) => sum + arms[arm].open, 0);
  return (
    <Panel title={t("effect")} note={t("effectNote", { period })}>
      <Stack>
        <Verdict effect={arms.peopleEffect} />
        <Bars
          most={1}
          bars={ARMS.map((arm) => {
            const { cases, paidCases, rate } = arms[arm];
            const text = t("share", { rate: percent(rate), paid: count(paidCases), cases: count(cases) });
            return { label: t(arm), value: rate, text };
          })}
        />
        {intervals.length === 0 ? null : <Intervals intervals={intervals} />}
        <Stack gap={2}>
          {open === 0 ? null : <Text size="sm">{t("open", { count: open })}</Text>}
          {arms.notCompared === 0 ? null : <Text size="sm">{t("notCompared", { count: arms.notCompared })}</Text>}
          {wages.map((wage) => (
            <Wage key={wage.currency} wage={wage} />
          ))}
        </Stack>
      </Stack>
    </Panel>
  );
}

function Verdict({
  effect: { difference, low, high, verdict },
}: {
  readonly effect: StaffReport["arms"]["peopleEffect"];
}) {
  const t = useT();
  const { count } = useFormats();
  const of100 = (share: number | null) => count(Math.round((share ?? 0) * 100));
  const harms = verdict === "harms";
  const text = t(verdict === "cannot_tell" && difference === null ? "fewText" : `${verdict}Text`, {
    lift: of100(harms ? -(difference ?? 0) : difference),
    low: of100(harms ? -(high ?? 0) : low),
    high: of100(harms ? -(low ?? 0) : high),
  });
  return (
    <Group gap="sm" align="center">
      <Badge size="lg" color={COLOURS[verdict]} tt="none">
        {t(verdict)}
      </Badge>
      <Text fw={600} style={{ flex: 1, minWidth: 240 }}>
        {text}
      </Text>
    </Group>
  );
}

function Wage({ wage }: { readonly wage: StaffReport["wages"][number] }) {
  const t = useT();
  const { money } = useFormats();
  const { currency, amount, hours, recoveredOrders, perOrder, perExtraCase } = wage;
  const inCurrency = (sum: string) => money({ amount: sum, currency });
  const parts = [
    t("wages", { amount: inCurrency(amount), hours: hours.toFixed(1) }),
    ...(perOrder === null ? [] : [t("perOrder", { amount: inCurrency(perOrder), count: recoveredOrders })]),
    ...(perExtraCase === null
      ? []
      : [
          t("perCase", {
            amount: inCurrency(perExtraCase.amount),
            low: inCurrency(perExtraCase.low),
            high: perExtraCase.high === null ? t("noLimit") : inCurrency(perExtraCase.high),
          }),
        ]),
  ];
  return <Text size="sm">{parts.join(" · ")}</Text>;
}
