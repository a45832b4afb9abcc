/** How soon buyers pay: the share that paid within an hour, a day and a week, with reminders and without. */
import { Skeleton, Text } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import type { Asked } from "../../api/lists.ts";
import { recoveryQuery } from "../../api/recovery.ts";
import { ProblemAlert } from "../../ui/faults.tsx";
import { useFormats } from "../../ui/formats.ts";
import { Panel } from "../../ui/parts/panel.tsx";
import { type Bar, Bars } from "./bars.tsx";
import { useT } from "./words.ts";

const HORIZONS = [
  ["1h", "hour1"],
  ["24h", "hours24"],
  ["7d", "days7"],
] as const;

export function TimeToPay({ asked, period }: { readonly asked: Asked; readonly period: string }) {
  const t = useT();
  const { percent } = useFormats();
  const answers = useQueries({ queries: HORIZONS.map(([horizon]) => recoveryQuery({ ...asked, horizon })) });
  const failed = answers.find(({ isError }) => isError);
  const bars = HORIZONS.flatMap(([, name], at): Bar[] => {
    const totals = answers[at]?.data?.totals;
    if (totals === undefined || totals.treatedPaidRate === null) return [];
    const reminded = { label: t("soon.reminded", { within: t(name) }), value: totals.treatedPaidRate };
    const held = { label: t("soon.heldOut", { within: t(name) }), value: totals.holdoutPaidRate };
    return [reminded, ...(held.value === null ? [] : [held])].map((bar) => ({ ...bar, text: percent(bar.value) }));
  });
  return (
    <Panel title={t("soon.title")} note={t("soon.note", { period })}>
      {failed === undefined ? null : <ProblemAlert error={failed.error} onRetry={() => void failed.refetch()} />}
      {answers.some(({ isPending }) => isPending) ? (
        <Skeleton height={120} />
      ) : bars.length > 0 ? (
        <Bars bars={bars} most={1} />
      ) : failed === undefined ? (
        <Text c="dimmed">{t("soon.none")}</Text>
      ) : null}
    </Panel>
  );
}
