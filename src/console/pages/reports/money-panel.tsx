/** Recovered money by day, as a chart and as a table, for each currency by itself. */
import { Skeleton, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import type { Asked } from "../../api/lists.ts";
import { type RecoveryReport, recoveryQuery } from "../../api/recovery.ts";
import { useFormats } from "../../ui/formats.ts";
import { Wide } from "../../ui/list/wide.tsx";
import { Loaded, Panel } from "../../ui/parts/panel.tsx";
import { useT } from "./words.ts";

const MoneyChart = lazy(() => import("./money-chart.tsx"));

export function MoneyPanel({ asked, period }: { readonly asked: Asked; readonly period: string }) {
  const t = useT();
  const query = useQuery(recoveryQuery({ ...asked, by: "day" }));
  return (
    <Loaded query={query} height={260}>
      {(report) => {
        const currencies = report.totals.recoveredAmount.map(({ currency }) => currency);
        if (currencies.length === 0)
          return (
            <Panel title={t("money")} note={t("daysNote", { period })}>
              <Text c="dimmed">{t("noMoney")}</Text>
            </Panel>
          );
        return currencies.map((currency) => (
          <Panel key={currency} title={t("days", { currency })} note={t("daysNote", { period })}>
            <Days report={report} currency={currency} />
          </Panel>
        ));
      }}
    </Loaded>
  );
}

function Days({ report, currency }: { readonly report: RecoveryReport; readonly currency: string }) {
  const t = useT();
  const { money } = useFormats();
  const days = report.rows.map(({ day, recoveredAmount }) => ({
    day: day ?? "",
    amount: recoveredAmount.find((each) => each.currency === currency)?.amount ?? "0",
  }));
  return (
    <>
      <Suspense fallback={<Skeleton height={220} />}>
        <MoneyChart days={days.map(({ day, amount }) => ({ day, amount: Number(amount) }))} label={t("money")} />
      </Suspense>
      <details>
        <summary>{t("asTable")}</summary>
        <Wide label={t("days", { currency })}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("day")}</Table.Th>
              <Table.Th ta="right">{t("money")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {days.map(({ day, amount }) => (
              <Table.Tr key={day}>
                <Table.Td>{day}</Table.Td>
                <Table.Td ta="right">{money({ amount, currency })}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Wide>
      </details>
    </>
  );
}
